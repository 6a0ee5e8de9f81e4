import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { messageOf } from "../core/errors.ts";
import type { SocketAbilities } from "../core/runtime.ts";
import type { BoundHandle } from "./_handle.ts";
import { REUSE_PORT } from "./_handle.ts";
import { bind } from "./listener.ts";

/** The first Node that passes SO_REUSEPORT on. */
const FIRST = [22, 12] as const;

/**
 * What a supervisor under Node, and workers under `executable`, can do with sockets. Node 20 takes the flag and
 * ignores it, so a version is believed only where a probe of the system says the same.
 */
export async function nodeSocketAbilities(executable: string): Promise<SocketAbilities> {
  const openReusePort = probe();
  if (executable === process.execPath || openReusePort !== true)
    return { openReusePort, bindReusePort: openReusePort };
  try {
    const { stdout } = await promisify(execFile)(executable, ["-p", "process.versions.node"], {
      timeout: 5_000,
    });
    return { openReusePort, bindReusePort: hasReusePort(stdout.trim()) };
  } catch (error) {
    return { openReusePort, bindReusePort: `the version of ${executable} is not known: ${messageOf(error)}` };
  }
}

function hasReusePort(version: string): true | string {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > FIRST[0] || (major === FIRST[0] && minor >= FIRST[1])) return true;
  return `Node ${version} cannot open SO_REUSEPORT sockets, ${FIRST.join(".")} and newer can`;
}

/** Binds two sockets to one free port of this machine, and sees whether both can listen. */
function probe(): true | string {
  const known = hasReusePort(process.versions.node);
  if (known !== true) return known;
  const handles: BoundHandle[] = [];
  try {
    for (let port = 0; handles.length < 2;) {
      const handle = bind("127.0.0.1", port, 4, REUSE_PORT);
      if (typeof handle === "number") return "this system refused a second SO_REUSEPORT socket on one port";
      handles.push(handle);
      const bound: { port?: number } = {};
      handle.getsockname(bound);
      port = bound.port ?? 0;
    }
    if (handles.every((handle) => handle.listen(1) === 0)) return true;
    return "this system lets only one socket listen on a port";
  } finally {
    for (const handle of handles) handle.close();
  }
}
