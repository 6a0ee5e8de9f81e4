import { readFileSync, readlinkSync } from "node:fs";
import type { PassedListener } from "../../core/contract/runtime.ts";
import { socketCalls } from "./sockets.ts";

/** The first descriptor of systemd's protocol, `sd_listen_fds(3)`. */
const FIRST_FD = 3;

/**
 * The sockets that systemd, or whoever speaks as it does, has passed to this process. Takes the variables out of
 * `env`, so that no child believes they are its own; a second call finds none. Never throws.
 */
export function takePassedListeners(env: NodeJS.ProcessEnv = process.env): PassedListener[] {
  const [pid, count] = [Number(env["LISTEN_PID"]), Number(env["LISTEN_FDS"])];
  const names = (env["LISTEN_FDNAMES"] ?? "").split(":");
  for (const name of ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]) delete env[name];
  if (pid !== process.pid || !Number.isInteger(count) || count < 1) return [];
  return Array.from({ length: count }, (_, index) => adopt(FIRST_FD + index, names[index])).flat();
}

/** None for a descriptor that is no stream socket. */
function adopt(fd: number, given: string | undefined): PassedListener[] {
  const calls = socketCalls();
  const socket = typeof calls === "string" ? undefined : calls.adopt(fd);
  if (!socket) return [];
  const { host, port, close } = socket;
  // What systemd calls a socket without a name.
  const name = given === "" || given === "unknown" ? undefined : given;
  return [{ fd, name, ...(port === undefined ? { path: pathOf(fd) } : { host, port }), close }];
}

/** Where a Unix domain socket of this process is bound, as Linux tells it. */
function pathOf(fd: number): string | undefined {
  try {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`)) ?? [];
    if (inode === undefined) return undefined;
    const rows = readFileSync("/proc/net/unix", "utf8").split("\n");
    const row = rows.map((line) => line.trim().split(/\s+/)).find((columns) => columns[6] === inode);
    return row?.slice(7).join(" ") || undefined;
  } catch {
    return undefined;
  }
}
