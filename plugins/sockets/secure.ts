import type { HookPayload } from "../../core/hooks.ts";
import type { Pool } from "../../core/pool.ts";

/**
 * Which listeners speak TLS is known to nobody but their workers: they say so once for each. From then on the address is
 * told as `https`. Returns what ends that. `addressOf` has the address of a listener of a group, if it is a URL.
 */
export function followSecure(
  pool: Pool,
  addressOf: (group: string, listener: string) => string | undefined,
): () => void {
  const known = new Set<string>();
  return pool.hooks.hook("worker:frame", ({ group, frame }: HookPayload<"worker:frame">) => {
    if (frame.type !== "event" || frame.name !== "sockets.secure") return;
    const name = String(frame.listener);
    const at = addressOf(group, name);
    const shared = pool.strategies.get(group);
    if (at === undefined || !shared || known.has(at)) return;
    known.add(at);
    const url = at.replace(/^http:/, "https:");
    for (const [each, { urls = [], ...strategy }] of pool.strategies)
      pool.strategies.set(each, { ...strategy, urls: urls.map((old) => (old === at ? url : old)) });
    pool.tell("listener:secure", { group, name, at: url });
  });
}
