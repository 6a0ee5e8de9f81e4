import { readFileSync, readlinkSync } from "node:fs";
import type { PassedListener } from "../core/runtime.ts";
import { createServerHandle } from "./_handle.ts";

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
  let handle: ReturnType<typeof createServerHandle>;
  try {
    handle = createServerHandle(null, 0, -1, fd, 0);
  } catch {
    return [];
  }
  if (typeof handle === "number") return [];
  const bound: { address?: string; port?: number } = {};
  // A handle of a Unix domain socket does not know its address.
  if (handle.getsockname) handle.getsockname(bound);
  const where = bound.port === undefined ? { path: pathOf(fd) } : { host: bound.address, port: bound.port };
  // What systemd calls a socket without a name.
  const name = given === "" || given === "unknown" ? undefined : given;
  const close = handle.close.bind(handle);
  return [{ fd, name, ...where, close }];
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
