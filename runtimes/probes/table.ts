import type { Permissions } from "../../core/contract/runtime.ts";
import type { RuntimeName } from "../discovery/traits.ts";
import { isAtLeast } from "../discovery/version.ts";

/** Something that workers of a runtime can do or not, and a worker that finds out. */
export interface Probe {
  readonly name: string;
  /** What it can then do, as a sentence without its subject. */
  readonly title: string;
  /** The worker's entry: its `run` returns when it can, and throws what keeps it from it. */
  readonly entry: { readonly file: string; readonly source: string };
  /** It is given an open socket, and one connection to it. */
  readonly listens?: boolean;
  readonly permissions?: Permissions;
  /** What was found on the versions that were tried: `yes`, `no`, or the first version that can. */
  readonly known: Readonly<Record<RuntimeName, string>>;
}

/** A file beside the entries that no permission names. */
export const UNLISTED = "unlisted.txt";

/** What is asked of every runtime: each of these is a real worker. */
export const probes: readonly Probe[] = [
  {
    name: "channel",
    title: "talks with the supervisor over a Unix socket",
    known: { node: "yes", bun: "yes", deno: "yes" },
    entry: { file: "channel.mjs", source: "export default { run() {} };" },
  },
  {
    name: "inherit",
    title: "listens on an inherited socket",
    known: { node: "yes", bun: "yes", deno: "yes" },
    listens: true,
    entry: {
      file: "inherit.mjs",
      source: `
        import { once } from "node:events";
        import { createServer } from "node:net";
        export default {
          async run(worker) {
            const server = createServer((socket) => socket.end());
            const connected = once(server, "connection");
            await worker.listen(server);
            await connected;
          },
        };`,
    },
  },
  {
    name: "reusePort",
    title: "binds a port that others have too (SO_REUSEPORT)",
    known: { node: "22.12", bun: "yes", deno: "yes" },
    entry: {
      file: "reuse-port.mjs",
      source: `
        import { once } from "node:events";
        import { createServer } from "node:net";
        const listen = async (port) => {
          const server = createServer().listen({ port, host: "127.0.0.1", reusePort: true });
          await once(server, "listening");
          return server.address().port;
        };
        export default { run: async () => void (await listen(await listen(0))) };`,
    },
  },
  {
    name: "typescript",
    title: "runs TypeScript",
    known: { node: "22.18", bun: "yes", deno: "yes" },
    entry: {
      file: "typescript.ts",
      source: `
        interface Definition { run(): void }
        export default { run(): void {} } satisfies Definition;`,
    },
  },
  {
    name: "permissions",
    title: "is kept to its permissions",
    known: { node: "yes", bun: "no", deno: "yes" },
    permissions: { net: true, env: true, sys: true },
    entry: {
      file: "permissions.mjs",
      source: `
        import { readFileSync } from "node:fs";
        export default {
          run() {
            try {
              readFileSync("${UNLISTED}");
            } catch (error) {
              if (error.code === "ERR_ACCESS_DENIED" || error.name === "NotCapable") return;
              throw error;
            }
            throw new Error("it has read a file that no permission names");
          },
        };`,
    },
  },
];

/** Whether a runtime of this version is known to be able to. */
export function isKnownToBeAble({ known }: Probe, runtime: RuntimeName, version: string): boolean {
  const since = known[runtime];
  return since === "yes" || (since !== "no" && isAtLeast(version, since));
}
