import { createServer } from "node:http";
import { toNodeHandler } from "srvx/node";
import type { Worker, WorkerDefinition } from "./define.ts";

/** Serves a module's `fetch` on the group's default listener. Rejects when there is none. */
export async function serveFetch(
  worker: Worker,
  fetch: NonNullable<WorkerDefinition["fetch"]>,
): Promise<void> {
  const handler = toNodeHandler((request) => fetch(request)) as Parameters<typeof createServer>[1];
  await worker.listen(createServer(handler));
}
