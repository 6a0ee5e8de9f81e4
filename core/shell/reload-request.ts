import type { CheckedPace } from "../config/reload-pace.ts";
import { surgeOf, unitePaces } from "../config/reload-pace.ts";

/** A reload that somebody wants. */
export interface ReloadWish {
  readonly hard: boolean;
  /** Indexes of groups. */
  readonly groups: readonly number[];
  readonly pace: CheckedPace;
}

/** What is done for several who want a reload: all their groups, and hard when one of them wants that. */
export function uniteWishes(wishes: readonly ReloadWish[]): Pick<ReloadWish, "hard" | "groups"> {
  const groups = new Set(wishes.flatMap((wish) => wish.groups));
  return { hard: wishes.some(({ hard }) => hard), groups: [...groups].toSorted((one, other) => one - other) };
}

/** What they ask for in one group of `workers`; `undefined` where all leave it open. */
export function askedPace(
  wishes: readonly ReloadWish[],
  group: number,
  workers: number,
): { surge: number | undefined; minReadyMs: number | undefined } {
  const paces = wishes.flatMap(({ groups, pace }) => (groups.includes(group) ? pace : []));
  const pace = paces.reduce((one, other) => unitePaces(workers, one, other), {});
  return { surge: pace.surge && surgeOf(workers, pace), minReadyMs: pace.minReadyMs };
}
