import { SPAWN_INTERVAL_MS } from "./budget.ts";
import type { Draft } from "./draft.ts";
import { arm, move } from "./moves.ts";
import { dequeue, enqueue } from "./queue.ts";
import type { Slot } from "./state.ts";
import { isUp } from "./states.ts";

/** Workers that start at the same time, at most: a herd of crashes must not become a herd of starts. */
export const CONCURRENT_STARTS = 8;

/** A ticket of a slot whose group's turn has not come. */
const HELD = -1;

/** Whether slots of a group may start now. */
export function turnHasCome(draft: Draft, groupIndex: number): boolean {
  if (draft.pool.halting > 0) return false;
  if (!draft.pool.ordered) return true;
  for (let index = 0; index < groupIndex; index++) {
    if (draft.group(index).counts.unready > 0) return false;
  }
  return true;
}

/** Puts a slot into the start queue, or holds it until its group's turn comes. Starting twice is once. */
export function requestStart(draft: Draft, index: number): void {
  const slot = draft.slot(index);
  if (slot.state !== "idle" || slot.ticket !== null || !isUp(draft.pool.state)) return;
  const early = slot.startedAt + SPAWN_INTERVAL_MS - draft.now;
  if (early > 0) {
    move(draft, index, "wait");
    return arm(draft, index, "backoff", early);
  }
  if (turnHasCome(draft, slot.group)) issueTicket(draft, index);
  else draft.change(index, { ticket: HELD });
}

/** Queues the slots of a group that were held. */
export function releaseHeld(draft: Draft, groupIndex: number): void {
  for (const slot of draft.seatsOf(draft.group(groupIndex))) {
    if (slot.ticket === HELD) issueTicket(draft, slot.index);
  }
}

function issueTicket(draft: Draft, index: number): void {
  const number = draft.pool.tickets++;
  draft.pool.queue = enqueue(draft.pool.queue, { slot: index, number });
  draft.change(index, { ticket: number });
}

/** Starts slots from the queue while there is room. */
export function pump(draft: Draft): void {
  while (draft.pool.counts.starting < CONCURRENT_STARTS) {
    const next = dequeue(draft.pool.queue);
    if (!next) return;
    draft.pool.queue = next.rest;
    const { index, group, ticket } = draft.slot(next.value.slot);
    // A slot that gave up its place left its ticket behind.
    if (ticket !== next.value.number) continue;
    // Its turn may have gone by again while it queued.
    if (turnHasCome(draft, group)) start(draft, index);
    else draft.change(index, { ticket: HELD });
  }
}

/** The generation that the next worker of a seat starts from. */
function generationOf(draft: Draft, slot: Slot): number {
  const { reload } = draft.pool;
  const current = draft.group(slot.group).generation;
  if (!reload?.plans.some(({ group }) => group === slot.group)) return current;
  return reload.hard || slot.generation === reload.generation ? reload.generation : current;
}

function start(draft: Draft, index: number): void {
  const slot = draft.slot(index);
  const epoch = Math.max(slot.epoch, draft.slot(slot.twin).epoch) + 1;
  const after = draft.change(index, {
    epoch,
    generation: generationOf(draft, slot),
    restarts: epoch === 1 ? 0 : slot.restarts + 1,
    ticket: null,
    ended: false,
    startedAt: draft.now,
    worker: {
      pid: undefined,
      spawnedAt: draft.now,
      hello: false,
      ready: false,
      readyAt: 0,
      heard: false,
      goodbye: undefined,
      goodbyeReason: undefined,
      error: undefined,
      sentSignals: [],
      intent: undefined,
      cause: undefined,
      violation: undefined,
      evidence: undefined,
    },
  });
  move(draft, index, "start");
  arm(draft, index, "hello");
  draft.effect({ type: "spawn", ...draft.addressed(after), generation: after.generation });
}
