import type { ResolvedPool } from "../../core/contract/config.ts";
import type { ShareQuestion } from "../../core/contract/decisions.ts";
import type { Runtime, SocketAbilities } from "../../core/contract/runtime.ts";
import { partnersOf, type ListenerOf } from "./addresses.ts";
import { choose, preference, type Choice } from "./choose-strategy.ts";
import { builtin, preferred, UNABLE } from "./index.ts";
import type { ListenerRequest } from "./strategy.ts";

/** What a pool would choose from. */
export interface Foreseen {
  readonly config: Pick<ResolvedPool, "groups">;
  readonly runtimes: ReadonlyMap<string, Runtime>;
  readonly abilities: ReadonlyMap<string, SocketAbilities>;
}

/**
 * The strategy that a pool would choose for a listener, when no plugin has a say; nothing is opened. Throws
 * `E_CONFIG`, as the pool does at its start, when there is none.
 */
export function foresee({ config, runtimes, abilities }: Foreseen, of: ListenerOf): Choice {
  const strategies = new Map(builtin.map((strategy) => [strategy.name, strategy]));
  const ableOf = (runtime: string): SocketAbilities => abilities.get(runtime) ?? UNABLE;
  const requestOf = ({ group, listener }: ListenerOf): ListenerRequest => ({
    group,
    listener,
    runtime: runtimes.get(group.runtime)!,
    abilities: ableOf(group.runtime),
    partners: partnersOf(config, { group, listener }),
  });
  const canShare = ({ strategy, group: inGroup, listener: { name } }: ShareQuestion): true | string => {
    const known = strategies.get(strategy);
    if (!known) return `there is no such strategy; known are ${[...strategies.keys()].join(", ")}`;
    const group = config.groups.find((each) => each.name === inGroup)!;
    const listener = group.listen.find((each) => each.name === name)!;
    return known.refusal(requestOf({ group, listener })) ?? true;
  };
  const [first = of] = partnersOf(config, of);
  const request = requestOf(first);
  const preferring = preference(request, ableOf, strategies, preferred(request.partners));
  const choice = choose(
    { decisions: { canShareSocket: { call: canShare } } },
    request,
    strategies,
    preferring,
  );
  return first.group === of.group
    ? choice
    : { ...choice, reason: `${choice.reason}; the socket of group ${first.group.name}` };
}
