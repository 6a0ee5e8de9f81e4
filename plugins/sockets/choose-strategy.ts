import type { Decisions } from "../../core/contract/decisions.ts";
import { PoolError } from "../../core/contract/errors.ts";
import type { SocketAbilities } from "../../core/contract/runtime.ts";
import { reusePort } from "./reuse-port.ts";
import type { ListenerRequest, SocketStrategy } from "./strategy.ts";

/** A strategy and why it is the one. */
export interface Choice {
  readonly strategy: SocketStrategy;
  readonly reason: string;
}

/** The one decision of a pool that {@link choose} asks. */
export interface Sharing {
  readonly decisions: { readonly canShareSocket: Pick<Decisions["canShareSocket"], "call"> };
}

/**
 * The strategy that was asked for, or the first of the preferred ones that `canShareSocket` says yes to, for every
 * group on the address.
 */
export function choose(
  { decisions }: Sharing,
  { group, listener, partners }: ListenerRequest,
  strategies: ReadonlyMap<string, SocketStrategy>,
  preferred: Preference,
): Choice {
  const { strategy: asked, port, host, path } = listener;
  const key = `groups.${group.name}.listen${preferred.key ?? ""}`;
  const refusals: string[] = [];
  for (const candidate of asked === undefined ? preferred.names : [asked]) {
    const answers = partners.map(({ group: { name: inGroup, runtime }, listener: { name } }) =>
      decisions.canShareSocket.call({
        group: inGroup,
        runtime,
        strategy: candidate,
        listener: { name, port, host, path },
      }),
    );
    const answer = answers.find((each) => each !== true) ?? true;
    const strategy = strategies.get(candidate);
    if (answer === true && strategy) {
      const because = asked === undefined ? preferred.reason : "asked for in the config";
      return { strategy, reason: refusals.length > 0 ? refusals.join("; ") : because };
    }
    const why = typeof answer === "string" ? answer : "no plugin says that it can";
    refusals.push(asked === undefined && !preferred.key ? `not ${candidate}: ${why}` : why);
  }
  const none = preferred.key ? "'fast'" : "no strategy is left";
  const what = asked === undefined ? none : `strategy '${asked}'`;
  throw new PoolError("E_CONFIG", `${key}: ${what}: ${refusals.join("; ")}`);
}

/** Names of strategies, the best first. */
export interface Preference {
  readonly names: readonly string[];
  readonly reason: string;
  /** The key of the listener that wants them and no others. */
  readonly key?: ".prefer";
}

/**
 * What `listen.prefer` makes of the names that a group prefers by itself. A fast server that binds its own socket takes
 * `reuse-port`. Throws `E_CONFIG` when a strategy is asked for that contradicts.
 */
export function preference(
  { group, listener, partners }: Pick<ListenerRequest, "group" | "listener" | "partners">,
  abilities: (runtime: string) => SocketAbilities,
  strategies: ReadonlyMap<string, SocketStrategy>,
  names: readonly string[],
): Preference {
  const { prefer, strategy } = listener;
  const contradicts = (why: string): never => {
    const says = `groups.${group.name}.listen.prefer: '${prefer}' and the strategy '${strategy}'`;
    throw new PoolError("E_CONFIG", `${says} cannot both be had: ${why}; leave one of them out`);
  };
  const usual = { names, reason: `the default for groups of type ${group.type}` };
  if (prefer === undefined) return usual;
  if (prefer === "lossless") {
    const asked = strategies.get(strategy ?? "");
    if (asked && !asked.keepsQueue) contradicts("it loses what waits in the queue of a worker that ends");
    return usual;
  }
  const able = partners.map(({ group: { runtime } }) => abilities(runtime));
  const why = able.map(({ serveInherited }) => serveInherited).find((each) => each !== true);
  if (why === undefined)
    return { names, reason: "the fastest server of its runtime accepts on inherited sockets" };
  if (strategy !== undefined && strategy !== reusePort.name) contradicts(String(why));
  const { migrateQueue } = able[0]!;
  const loss =
    migrateQueue === true
      ? "what waits in a worker's queue goes to its siblings (net.ipv4.tcp_migrate_req is 1)"
      : `what waits in a worker's queue is lost with it (${migrateQueue})`;
  return { names: [reusePort.name], reason: `fast is preferred, and ${why}; ${loss}`, key: ".prefer" };
}
