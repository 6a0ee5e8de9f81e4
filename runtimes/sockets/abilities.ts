import { readFileSync } from "node:fs";
import { ownRuntime } from "../discovery/traits.ts";
import { isAtLeast } from "../discovery/version.ts";
import type { BoundSocket } from "./socket-calls.ts";
import { socketCalls } from "./sockets.ts";

/** The first Node that passes SO_REUSEPORT on. */
const FIRST = "22.12";

/** Whether Node of this version passes SO_REUSEPORT on: `true`, or one line that says why not. */
export function hasReusePort(version: string): true | string {
  return (
    isAtLeast(version, FIRST) || `Node ${version} cannot open SO_REUSEPORT sockets, ${FIRST} and newer can`
  );
}

/** Whether a system spreads connections over SO_REUSEPORT sockets: `true`, or one line that says why not. */
export function spreadsReusePort(platform: NodeJS.Platform): true | string {
  return platform !== "darwin" || "macOS gives all connections to one of several SO_REUSEPORT sockets";
}

/**
 * Whether this supervisor can open several sockets on one port: binds two to a free one, and sees whether both can
 * listen. Node 20 takes the flag and ignores it, so a version is believed only where the probe says the same.
 */
export function openReusePortAbility(): true | string {
  const calls = socketCalls();
  if (typeof calls === "string") return calls;
  const known = ownRuntime === "node" ? hasReusePort(process.versions.node) : true;
  if (known !== true) return known;
  const spreads = spreadsReusePort(process.platform);
  if (spreads !== true) return spreads;
  const sockets: BoundSocket[] = [];
  try {
    while (sockets.length < 2) {
      const socket = calls.bind("127.0.0.1", sockets[0]?.port ?? 0, 4, true);
      if (typeof socket === "string") return "this system refused a second SO_REUSEPORT socket on one port";
      sockets.push(socket);
    }
    if (sockets.every((socket) => socket.listen(1) === undefined)) return true;
    return "this system lets only one socket listen on a port";
  } finally {
    for (const socket of sockets) socket.close();
  }
}

/** Where Linux says whether what waits in a closed socket's queue goes to another one on its port. */
const MIGRATE = "/proc/sys/net/ipv4/tcp_migrate_req";

/** Whether the system does so now: `true`, or one line that says why not. Nothing here ever changes it. */
export function migrateQueueAbility(): true | string {
  try {
    return readFileSync(MIGRATE, "utf8").trim() === "1" || "net.ipv4.tcp_migrate_req is 0";
  } catch {
    return "this system has no net.ipv4.tcp_migrate_req";
  }
}
