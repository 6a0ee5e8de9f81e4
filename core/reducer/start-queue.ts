import { isUp } from "../contract/states.ts";
import { SPAWN_INTERVAL_MS } from "./restart-budget.ts";
import type { Draft } from "./state/draft.ts";
import { dequeue, enqueue } from "./state/queue.ts";
import type { Slot, Start } from "./state/state.ts";
import { arm, move } from "./transitions.ts";

/** Workers of one group that start at the same time, at most. */
export const CONCURRENT_STARTS = 8;
/** Starts of the whole pool within `FRESH_MS` that are not done yet, at most: a herd of crashes must not become a herd of starts. */
export const FRESH_STARTS = 8;
/** A start that takes longer waits for something, and holds nobody up any more. Milliseconds. */
export const FRESH_MS = 1_000;

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
  const group = draft.editGroup(draft.slot(index).group);
  group.queue = enqueue(group.queue, { slot: index, number });
  draft.change(index, { ticket: number });
}

/** Starts queued slots while there is room: one of each group in its turn, so that none waits for the herd of another. */
export function pump(draft: Draft): void {
  const { pool, groupCount } = draft;
  pool.fresh = pool.fresh.filter((each) => isFresh(draft, each));
  let without = 0;
  while (pool.counts.queued > 0 && pool.fresh.length < FRESH_STARTS && without < groupCount) {
    const group = pool.turn % groupCount;
    pool.turn = group + 1;
    without = startNext(draft, group) ? 0 : without + 1;
  }
}

/** When a queued slot may start although nothing happens until then: when a start ceases to be fresh. */
export function roomAt(draft: Draft): number {
  const { counts, fresh } = draft.pool;
  return counts.queued > 0 && fresh.length >= FRESH_STARTS ? fresh[0]!.at + FRESH_MS : Infinity;
}

function isFresh(draft: Draft, { seat, at }: Start): boolean {
  const { state, startedAt } = draft.slot(seat);
  return state === "starting" && startedAt === at && draft.now - at < FRESH_MS;
}

/** Starts the slot of a group that has queued longest. Returns whether there was one, and room for it. */
function startNext(draft: Draft, groupIndex: number): boolean {
  if (draft.group(groupIndex).counts.starting >= CONCURRENT_STARTS) return false;
  for (;;) {
    const next = dequeue(draft.group(groupIndex).queue);
    if (!next) return false;
    draft.editGroup(groupIndex).queue = next.rest;
    const { index, ticket } = draft.slot(next.value.slot);
    // A slot that gave up its place left its ticket behind.
    if (ticket !== next.value.number) continue;
    // Its turn may have gone by again while it queued.
    if (!turnHasCome(draft, groupIndex)) draft.change(index, { ticket: HELD });
    else return (start(draft, index), true);
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
      lastWord: null,
      goodbye: undefined,
      goodbyeReason: undefined,
      failedStage: undefined,
      error: undefined,
      sentSignals: [],
      intent: undefined,
      cause: undefined,
      violation: undefined,
      evidence: undefined,
    },
  });
  draft.pool.fresh = [...draft.pool.fresh, { seat: index, at: draft.now }];
  move(draft, index, "start");
  arm(draft, index, "hello");
  draft.effect({ type: "spawn", ...draft.addressed(after), generation: after.generation });
}
