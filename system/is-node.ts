/** Whether this process runs on Node, and not on a runtime that names a version of Node too. */
export const isNode: boolean =
  process.versions["bun"] === undefined && process.versions["deno"] === undefined;
