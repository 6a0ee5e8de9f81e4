import type { GroupView, ScalingStrategy } from "./strategy.ts";

/** How fast a group follows what is wanted. Milliseconds. */
export interface Pace {
  /** Between two steps up. */
  readonly up: number;
  /** The time that is looked back on before one goes. */
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
 * their way, at most twice as many as there are, and with a cooldown. Down: one at a time, to what sufficed for most of
 * a while; a busy moment in it does not begin the while anew. From nothing it goes up at once.
 */
export function createController(strategies: readonly ScalingStrategy[], pace: Pace): Controller {
  const looks = strategies.map(({ name, create }) => ({ name, look: create() }));
  let steppedAt = -Infinity;
  /** The most that was wanted in each part of the time that is looked back on. */
  let wanted: { readonly at: number; to: number }[] = [];
  /** Since when no more was wanted than there were. */
  let enoughSince = 0;
  let before = 0;

  /** Remembers what is wanted, unless it is more than there are, or there have been more since: then all is forgotten. */
  function note(to: number, { now, desired }: GroupView): void {
    if (to > desired || desired > before) {
      wanted = [];
      enoughSince = now;
    }
    before = desired;
    wanted = wanted.filter(({ at }) => now - at <= pace.down);
    const last = wanted.at(-1);
    if (last && now - last.at < pace.down / PARTS) last.to = Math.max(last.to, to);
    else wanted.push({ at: now, to });
  }
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
      note(to, view);
      if (to === desired || (wall && now < wall.until && to >= wall.to && to > desired)) return undefined;
      if (to > desired) {
        const isEarly = now - steppedAt < pace.up || starting > 0;
        if (isEarly && desired > 0) return undefined;
        steppedAt = now;
        return { to: Math.min(to, Math.max(desired + 1, 2 * desired)), by };
      }
      if (starting > 0 || now - steppedAt < pace.up || now - enoughSince < pace.down) return undefined;
      if (sufficient(wanted) >= desired) return undefined;
      steppedAt = now;
      return { to: desired - 1, by };
    },
    refused(now, to) {
      wall = { to, until: now + pace.refused };
    },
  };
}

/** Parts of the time that is looked back on, and how many of them, the most demanding ones, do not count. */
const PARTS = 30;
const LEFT_OUT = 0.1;

/** The number of workers that was enough for nine tenths of the time. */
function sufficient(wanted: readonly { readonly to: number }[]): number {
  const falling = wanted.map(({ to }) => to).toSorted((one, other) => other - one);
  return falling[Math.floor(falling.length * LEFT_OUT)]!;
}
