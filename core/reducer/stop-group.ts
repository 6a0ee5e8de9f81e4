import { recover } from "./degraded.ts";
import { requestStart } from "./start-queue.ts";
import type { Draft } from "./state/draft.ts";
import type { Command } from "./state/events.ts";
import { end, move } from "./transitions.ts";

/**
 * A group that was stopped on request has no workers and gets none until somebody starts it again: by scaling it, by a
 * restart of one of its slots, or by a reload. Its slots have ended in order, so that they keep no pool open and hold
 * nobody up.
 */
export function stopGroup(draft: Draft, { group: index, now, reason }: StopGroup): void {
  const group = draft.group(index);
  setStopped(draft, index, true);
  draft.fact("group:stopping", { group: group.name, reason });
  const how = now ? "kill" : "drain";
  for (const { index: seat, twin } of draft.slotsOf(group)) {
    end(draft, twin, "stop", how);
    end(draft, seat, "stop", how);
    const { wanted, state } = draft.slot(seat);
    if (!wanted || state === "permanent") continue;
    recover(draft, seat, reason);
    if (state === "failed") move(draft, seat, "cancel", reason);
    draft.change(seat, { ended: true });
  }
}

/** Marks a group as stopped, or as one that is no longer. */
export function setStopped(draft: Draft, index: number, stopped: boolean): void {
  if (draft.group(index).stopped === stopped) return;
  const group = draft.editGroup(index);
  group.stopped = stopped;
  // A group without workers that waits for somebody to wake it keeps the pool open; a stopped one does not wait.
  if (group.desired > 0 || group.isCalled) return;
  draft.pool.dormant += stopped ? -1 : 1;
  draft.countsChanged = true;
}

/** Starts the workers of a stopped group again, with the code of `generation`. */
export function startAgain(draft: Draft, index: number, generation: number): void {
  if (!draft.group(index).stopped) return;
  setStopped(draft, index, false);
  const group = draft.group(index);
  // Some may have ended before, and others been taken in their place.
  let missing = group.desired - group.counts.up;
  for (const { index: seat, wanted, ended, worker } of draft.slotsOf(group)) {
    if (missing <= 0) return;
    if (!wanted || !ended) continue;
    missing--;
    // One that still drains starts again when it has gone.
    draft.change(seat, { ended: false, counted: [], streak: 0, earlyEnds: 0 });
    if (worker) continue;
    draft.change(seat, { generation });
    requestStart(draft, seat);
  }
}

type StopGroup = Extract<Command, { type: "stopGroup" }>;
