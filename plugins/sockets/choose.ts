import { PoolError } from "../../core/errors.ts";
import type { Pool } from "../../core/pool.ts";
import type { ListenerRequest, SocketStrategy } from "./strategy.ts";

/** A strategy and why it is the one. */
export interface Choice {
  readonly strategy: SocketStrategy;
  readonly reason: string;
}

/** The strategy that was asked for, or the first of the preferred ones that `canShareSocket` says yes to. */
export function choose(
  { decisions }: Pick<Pool, "decisions">,
  { group, listener }: ListenerRequest,
  strategies: ReadonlyMap<string, SocketStrategy>,
  preferred: readonly string[],
): Choice {
  const { strategy: asked, name, port, host, path } = listener;
  const refusals: string[] = [];
  for (const candidate of asked === undefined ? preferred : [asked]) {
    const answer = decisions.canShareSocket.call({
      group: group.name,
      runtime: group.runtime,
      strategy: candidate,
      listener: { name, port, host, path },
    });
    const strategy = strategies.get(candidate);
    if (answer === true && strategy) {
      const because =
        asked === undefined ? `the default for groups of type ${group.type}` : "asked for in the config";
      return { strategy, reason: refusals.length > 0 ? refusals.join("; ") : because };
    }
    const why = typeof answer === "string" ? answer : "no plugin says that it can";
    refusals.push(asked === undefined ? `not ${candidate}: ${why}` : why);
  }
  const what = asked === undefined ? "no strategy is left" : `strategy '${asked}'`;
  throw new PoolError("E_CONFIG", `groups.${group.name}.listen: ${what}: ${refusals.join("; ")}`);
}
