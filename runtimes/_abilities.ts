import type { BoundHandle } from "./_handle.ts";
import { REUSE_PORT } from "./_handle.ts";
import { isAtLeast } from "./_version.ts";
import { bind } from "./listener.ts";

/** The first Node that passes SO_REUSEPORT on. */
const FIRST = "22.12";

/** Whether Node of this version passes SO_REUSEPORT on: `true`, or one line that says why not. */
export function hasReusePort(version: string): true | string {
  return (
    isAtLeast(version, FIRST) || `Node ${version} cannot open SO_REUSEPORT sockets, ${FIRST} and newer can`
  );
}

/**
 * Whether this supervisor can open several sockets on one port: binds two to a free one, and sees whether both can
 * listen. Node 20 takes the flag and ignores it, so a version is believed only where the probe says the same.
 */
export function openReusePortAbility(): true | string {
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
