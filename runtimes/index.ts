export { workerEnvironment } from "./_environment.ts";
export { openChannel, type Channel, type ChannelHandlers, type ChannelLink } from "./channel.ts";
export { openListener } from "./listener.ts";
export { node, type NodeOptions } from "./node.ts";
export { spawnWorker, type Command } from "./processes.ts";
