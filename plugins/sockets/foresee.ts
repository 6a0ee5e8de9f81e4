import { createDecisions, DEFAULT_TAP } from "../../core/decisions.ts";
import { choose, type Choice } from "./choose.ts";
import { builtin, preferred } from "./index.ts";
import type { ListenerRequest } from "./strategy.ts";

/**
 * The strategy that a pool would choose for a listener, when no plugin has a say; nothing is opened. Throws
 * `E_CONFIG`, as the pool does at its start, when there is none.
 */
export function foresee(request: ListenerRequest): Choice {
  const strategies = new Map(builtin.map((strategy) => [strategy.name, strategy]));
  const decisions = createDecisions();
  decisions.canShareSocket.tap(DEFAULT_TAP, ({ strategy }) => {
    const known = strategies.get(strategy);
    if (!known) return `there is no such strategy; known are ${[...strategies.keys()].join(", ")}`;
    return known.refusal(request) ?? true;
  });
  return choose({ decisions }, request, strategies, preferred(request.group));
}
