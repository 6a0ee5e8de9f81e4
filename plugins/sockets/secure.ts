import type { HookPayload } from "../../core/contract/hooks.ts";
import type { PluginContext } from "../../core/contract/plugin-context.ts";

/**
 * Only a worker knows whether its server speaks TLS, and says so once for each listener. From then on `status` and the
 * log show the address as `https`. `addressOf` returns the URL of a listener of a group; `undefined` when there is no
 * such listener, or it is a path. Returns a function that stops listening to workers.
 */
export function followSecure(
  pool: PluginContext,
  addressOf: (group: string, listener: string) => string | undefined,
): () => void {
  const known = new Set<string>();
  return pool.hooks.hook("worker:secure", ({ group, listener: name }: HookPayload<"worker:secure">) => {
    const at = addressOf(group, name);
    if (at === undefined || known.has(at)) return;
    known.add(at);
    const url = at.replace(/^http:/, "https:");
    for (const [each, { urls = [], ...strategy }] of pool.strategies)
      pool.strategies.set(each, { ...strategy, urls: urls.map((old) => (old === at ? url : old)) });
    pool.emit("listener:secure", { group, name, at: url });
  });
}
