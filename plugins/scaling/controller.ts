import type { GroupView, ScalingStrategy } from "./strategy.ts";

/** How fast a group follows what is wanted. Milliseconds. */
export interface Pace {
  /** Between two steps up. */
  readonly up: number;
  /** How long fewer must have been wanted before one goes, and between two that go. */
  readonly down: number;
  /** How long a number that was refused is not asked for again. */
  readonly refused: number;
}

/** The number of workers that a group shall have from now on, and whose wish it is. */
export interface Step {
  readonly to: number;
  readonly by: string;
}

/** Turns what strategies want into steps, for one group. */
export interface Controller {
  /** The next step, `undefined` when there is none to take now. */
  look(view: GroupView): Step | undefined;
  /** The step was refused. */
  refused(now: number, to: number): void;
}

/**
 * Makes a {@link Controller}. Of several strategies the one that wants most is heard. Up: not while workers are on
 * their way, at most twice as many as there are, and with a cooldown. Down: one at a time, and only when fewer have
 * been wanted for a while. From nothing it goes up at once.
 */
export function createController(strategies: readonly ScalingStrategy[], pace: Pace): Controller {
  const looks = strategies.map(({ name, create }) => ({ name, look: create() }));
  let steppedAt = -Infinity;
  let fewerSince: number | undefined;
  let wall: { readonly to: number; readonly until: number } | undefined;

  function most(view: GroupView): Step {
    // From nothing, demand itself is a reason: there is no load to look at.
    let best: Step | undefined =
      view.desired === 0 && view.requests > 0 && view.max > 0 ? { to: 1, by: "demand" } : undefined;
    for (const { name, look } of looks) {
      const wanted = look(view);
      if (wanted === undefined || !Number.isFinite(wanted)) continue;
      const to = Math.min(view.max, Math.max(view.min, Math.round(wanted)));
      if (!best || to > best.to) best = { to, by: name };
    }
    return best ?? { to: view.desired, by: "nobody" };
  }

  return {
    look(view) {
      const { now, desired, starting } = view;
      const { to, by } = most(view);
      if (to >= desired) fewerSince = undefined;
      if (to === desired || (wall && now < wall.until && to >= wall.to && to > desired)) return undefined;
      if (to > desired) {
        const isEarly = now - steppedAt < pace.up || starting > 0;
        if (isEarly && desired > 0) return undefined;
        steppedAt = now;
        return { to: Math.min(to, Math.max(desired + 1, 2 * desired)), by };
      }
      fewerSince ??= now;
      if (now - fewerSince < pace.down || starting > 0) return undefined;
      fewerSince = now;
      steppedAt = now;
      return { to: desired - 1, by };
    },
    refused(now, to) {
      wall = { to, until: now + pace.refused };
    },
  };
}
