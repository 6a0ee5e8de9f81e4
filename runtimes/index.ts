export { workerEnvironment } from "./_environment.ts";
export { openChannel, type Channel, type ChannelHandlers, type ChannelLink } from "./channel.ts";
export { openListener } from "./listener.ts";
export type { AdapterOptions } from "./adapter.ts";
export { bun } from "./bun.ts";
export { deno } from "./deno.ts";
export { allRuntimes, type RuntimesOptions } from "./all.ts";
export { node } from "./node.ts";
export { spawnWorker, type Command } from "./processes.ts";
