import type { Pool } from "../../core/contract/pool.ts";
import type { BoardView } from "../scoreboard/supervisor/follow.ts";
import { overBudget } from "./budget.ts";
import type { Budget, Memory } from "./budget.ts";
import { idlestFirst } from "./idlest.ts";

/** What a worker is taken to need before there is one to look at. */
const USUAL_BYTES = 64 * 2 ** 20;

/** Answers whoever scales, be it a strategy, a program or a person: the budget may refuse, and the idlest goes first. */
export function answerScaling(pool: Pool, board: BoardView, budget: Budget, memory: () => Memory): void {
  pool.decisions.refuseScale.tap("scaling", ({ from, to }) => {
    if (to <= from) return undefined;
    const { groups } = pool.status();
    const now = groups.reduce((sum, { desired }) => sum + desired, 0);
    const sizes = groups.flatMap(({ slots }) =>
      slots.flatMap(({ id, epoch }) => board.of(id, epoch)?.rss ?? []),
    );
    const each = sizes.length === 0 ? USUAL_BYTES : sizes.reduce((sum, rss) => sum + rss, 0) / sizes.length;
    return overBudget(budget, now, to - from, each, memory);
  });
  pool.decisions.scaleDown.tap("scaling", (slots, { group }) => {
    const found = pool.status().groups.find(({ name }) => name === group)!;
    const known = new Map(found.slots.map((slot) => [slot.id, slot]));
    return idlestFirst(slots, (id) => {
      const slot = known.get(id);
      return slot?.state === "ready" ? board.of(id, slot.epoch) : "absent";
    });
  });
}
