import { DEFAULT_TAP } from "../../core/decisions.ts";
import { PoolError } from "../../core/errors.ts";
import { definePlugin } from "../../core/plugin.ts";
import type { Plugin } from "../../core/plugin.ts";
import type { Pool } from "../../core/pool.ts";
import type { ResolvedGroup } from "../../core/config.ts";
import type { OpenListener } from "../../core/runtime.ts";
import { shared } from "./shared.ts";
import type { SharedListener, SocketStrategy } from "./strategy.ts";

export type { ListenerRequest, SharedListener, SocketStrategy } from "./strategy.ts";

/** Every strategy, the default first. */
const strategies: readonly SocketStrategy[] = [shared];

/** Opens what groups declare as `listen`, before the first worker starts, and hands it on to every worker. */
export const sockets: () => Plugin = definePlugin(() => ({
  name: "sockets",
  async setup(pool) {
    const listeners = new Map<string, SharedListener[]>();
    const close = (): void => [...listeners.values()].flat().forEach((listener) => listener.close());

    pool.decisions.canShareSocket.tap(DEFAULT_TAP, ({ strategy, runtime }) => {
      const known = strategies.find(({ name }) => name === strategy);
      if (!known)
        return `there is no such strategy; known are ${strategies.map(({ name }) => name).join(", ")}`;
      return known.refusal(pool.runtimes.get(runtime)!) ?? true;
    });
    pool.decisions.spawnOptions.tap("sockets", (options, { group, slot }) => {
      const inherited = (listeners.get(group) ?? []).flatMap((listener) => listener.inherited(slot));
      return { ...options, listeners: [...options.listeners, ...inherited] };
    });

    try {
      refuseTwins(pool);
      for (const group of pool.config.groups) {
        if (group.listen.length > 0) listeners.set(group.name, []);
        for (const listener of group.listen) {
          const strategy = choose(pool, group, listener.strategy);
          const runtime = pool.runtimes.get(group.runtime)!;
          const open = await strategy.open({ group, listener, runtime });
          listeners.get(group.name)!.push(open);
          pool.strategies.set(group.name, strategy.name);
          const at = addressOf(open.opened);
          pool.tell("listener:opened", {
            group: group.name,
            name: listener.name,
            strategy: strategy.name,
            at,
          });
        }
      }
    } catch (error) {
      close();
      throw error;
    }
    return close;
  },
}));

/** The strategy that was asked for, or the first that the group's runtime can do. */
function choose(pool: Pool, group: ResolvedGroup, asked: string | undefined): SocketStrategy {
  const candidates = asked === undefined ? strategies.map(({ name }) => name) : [asked];
  let reason = "";
  for (const strategy of candidates) {
    const answer = pool.decisions.canShareSocket.call({
      group: group.name,
      runtime: group.runtime,
      strategy,
    });
    if (answer === true) return strategies.find(({ name }) => name === strategy)!;
    reason = answer ?? "no plugin says that it can";
  }
  throw new PoolError("E_CONFIG", `groups.${group.name}.listen: strategy '${candidates.at(-1)}': ${reason}`);
}

/** Two groups on one address would take each other's connections. */
function refuseTwins(pool: Pool): void {
  const taken = new Map<string, string>();
  for (const { name: group, listen } of pool.config.groups) {
    for (const { port, host, path } of listen) {
      if (port === 0) continue;
      const at = path ?? `${host ?? "127.0.0.1"}:${port}`;
      const other = taken.get(at);
      if (other !== undefined) {
        const who =
          other === group
            ? `group ${group} names it twice`
            : `groups ${other} and ${group} both listen there`;
        throw new PoolError("E_CONFIG", `groups.${group}.listen: ${at}: ${who}; give each its own`);
      }
      taken.set(at, group);
    }
  }
}

function addressOf({ path, host, port }: OpenListener): string {
  if (path !== undefined) return path;
  return `http://${host?.includes(":") ? `[${host}]` : host}:${port}`;
}
