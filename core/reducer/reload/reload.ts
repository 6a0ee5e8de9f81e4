import { recover } from "../degraded.ts";
import { emitExit } from "../exited.ts";
import { halt } from "../group-order.ts";
import { decideSurge } from "../restart-decision.ts";
import { movePool } from "../shutdown.ts";
import { requestStart } from "../start-queue.ts";
import { isSurging } from "../state/counts.ts";
import type { Draft } from "../state/draft.ts";
import type { Command, Exited } from "../state/events.ts";
import type { Group, ReloadPlan, ReloadRecord, Slot } from "../state/state.ts";
import { startAgain } from "../stop-group.ts";
import { arm, disarm, end, move, timeoutsOf, timerOf } from "../transitions.ts";
import { finish } from "./end.ts";
import { counted, putRecord, recordOf, sumOf } from "./record.ts";
import { rollBack, targetOf } from "./rollback.ts";

/**
 * Replaces the workers of groups by a new generation. Soft: a new worker comes up in the surge seat beside the
 * old one; when it has been ready for a while they swap seats and the old one drains. One that does not come
 * up turns the wave round: what was replaced goes back the same way. Hard: all end, and then all start.
 */
export function reload(draft: Draft, command: Extract<Command, { type: "reload" }>): void {
  const { generation, hard, plans, only = null } = command;
  const { state, reload: other, replacements } = draft.pool;
  if (state !== "running" || other) return;
  const record = { generation, hard, plans, only, next: 0, failure: null, tallies: {}, given: [] };
  if (only === null) {
    if (replacements.length > 0) return;
    draft.pool.reload = record;
  } else {
    if (recordOf(draft.pool, plans[0]!.group)) return;
    draft.pool.replacements = [...replacements, record];
  }
  const groups = plans.map(({ group }) => draft.group(group).name);
  const slot = only === null ? undefined : draft.slot(only).id;
  draft.fact("reload:started", { pool: draft.pool.name, generation, hard, groups, slot });
  if (only === null) for (const { group } of plans) startAgain(draft, group, generation);
  if (!hard) return;
  movePool(draft, "restarting");
  for (const { group } of plans) {
    halt(draft, group);
    for (const slot of draft.slotsOf(draft.group(group))) renew(draft, slot, generation);
  }
}

/** In a hard reload: the next worker of a slot is of the new generation, and has a budget of its own. */
function renew(draft: Draft, slot: Slot, generation: number): void {
  draft.change(slot.index, { generation, counted: [], streak: 0, earlyEnds: 0 });
  recover(draft, slot.index, "reload");
  if (!slot.wanted || (slot.state !== "backoff" && slot.state !== "failed") || isReplaced(draft, slot))
    return;
  disarm(draft, slot.index);
  move(draft, slot.index, "cancel", "reload");
  requestStart(draft, slot.index);
}

/** Brings what is under way one step further, where there is one to take. */
export function advanceReloads(draft: Draft): void {
  const { reload: whole, replacements } = draft.pool;
  if (whole) advance(draft, whole);
  for (const record of replacements) advance(draft, record);
}

function advance(draft: Draft, begun: ReloadRecord): void {
  let record = begun;
  if (record.hard) {
    const isBack = ({ group }: { group: number }): boolean => draft.group(group).counts.unready === 0;
    if (draft.pool.halting > 0 || !record.plans.every(isBack)) return;
    movePool(draft, "running");
    for (const { group } of record.plans)
      record = counted(record, group, { replaced: draft.group(group).counts.ready });
    return finish(draft, record);
  }
  for (const plan of record.plans) {
    const group = draft.group(plan.group);
    const target = targetOf(record, group);
    let free = plan.surge - group.counts.surging;
    // Nearly always somebody comes up or goes, and there is nothing to look for among the slots.
    if (free <= 0) return;
    let isDone = group.counts.surging === 0;
    for (const slot of slotsFrom(draft, group, record.next)) {
      if (!isCandidate(record, slot, target) || isReplaced(draft, slot)) continue;
      isDone = false;
      if (isSurging(draft.slot(slot.twin))) continue;
      draft.change(slot.twin, { generation: target });
      requestStart(draft, slot.twin);
      record = { ...record, next: slot.index + 1 };
      putRecord(draft, record, record);
      if (--free <= 0) return;
    }
    // One group after the other.
    if (!isDone) return;
  }
  finish(draft, record);
}

/** The slots of a group, each once, from the given one on: most of those before it have been replaced. */
function* slotsFrom(draft: Draft, group: Group, from: number): Iterable<Slot> {
  const { first, max } = group;
  const start = from >= first && from < first + max ? from - first : 0;
  for (let step = 0; step < max; step++) yield draft.slot(first + ((start + step) % max));
}

/** Whether a slot should have a worker of another generation. One that failed gets its chance with the new one. */
function isCandidate(record: ReloadRecord, slot: Slot, target: number): boolean {
  if (!slot.wanted || slot.ended || slot.state === "permanent") return false;
  if (record.only !== null) return slot.index === record.only && isStaying(slot) && isUntouched(record);
  if (slot.generation === target) return false;
  return !record.given.includes(slot.index);
}

/** Whether a slot has a worker, and its group was not given up. */
function isStaying({ worker }: Slot): boolean {
  return worker !== null && worker.intent !== "fail";
}

/** Whether the one worker that is to be replaced has still to be. */
function isUntouched(record: ReloadRecord): boolean {
  return record.failure === null && sumOf(record).replaced === 0;
}

/** Whether another slot of the group was started in place of one that failed. */
function isReplaced(draft: Draft, slot: Slot): boolean {
  const { counts, desired } = draft.group(slot.group);
  return slot.state === "failed" && counts.up >= desired;
}

/** The milliseconds for which a new worker must stay ready. */
export function minReadyMs(draft: Draft, surge: Slot): number {
  return planOf(draft, surge)?.minReadyMs ?? 0;
}

function planOf(draft: Draft, surge: Slot): ReloadPlan | undefined {
  return recordOf(draft.pool, surge.group)?.plans.find(({ group }) => group === surge.group);
}

/** A new worker has been ready for long enough to serve, beside the old one for a while, and must show that it lives. */
export function tryOut(draft: Draft, surgeIndex: number): void {
  draft.changeWorker(surgeIndex, { heard: false });
  const surge = draft.slot(surgeIndex);
  draft.effect({ type: "send", ...draft.addressed(surge), frame: { type: "ping" } });
  draft.fact("reload:trial", { ...draft.named(surge), generation: surge.generation });
  arm(draft, surgeIndex, "trial", planOf(draft, surge)?.trialMs ?? 0);
}

/** It has served for long enough. One that has not been heard since may hang: it has its time for a heartbeat. */
export function judgeTrial(draft: Draft, surgeIndex: number): void {
  if (draft.slot(surgeIndex).worker?.heard) takeOver(draft, surgeIndex);
  else arm(draft, surgeIndex, "silence");
}

/** A new worker gives a sign of life. */
export function heard(draft: Draft, surgeIndex: number): void {
  draft.changeWorker(surgeIndex, { heard: true });
  const kind = draft.slot(surgeIndex).deadline?.kind;
  if (kind === "silence" || kind === "heartbeat") takeOver(draft, surgeIndex);
}

/** A new worker has proved itself: it takes its slot over, and the old one drains. */
function takeOver(draft: Draft, surgeIndex: number): void {
  const next = draft.slot(surgeIndex);
  const record = recordOf(draft.pool, next.group);
  const old = draft.slot(next.twin);
  if (!record || !old.wanted || old.ended || old.state === "permanent" || isReplaced(draft, old))
    return end(draft, surgeIndex, "reload", "drain");
  const { state, worker, epoch, generation, deadline, startedAt } = old;
  draft.change(surgeIndex, { state, worker, epoch, generation, deadline, startedAt, ticket: null });
  draft.change(old.index, {
    state: next.state,
    worker: next.worker,
    epoch: next.epoch,
    generation: next.generation,
    startedAt: next.startedAt,
    restarts: old.restarts + 1,
    ticket: null,
    ended: false,
    counted: [],
    streak: 0,
    earlyEnds: 0,
  });
  recover(draft, old.index, "reload");
  arm(draft, old.index, "silence");
  retire(draft, surgeIndex);
  const after = counted(record, old.group, { replaced: 1 });
  putRecord(draft, record, after);
  draft.fact("reload:progress", {
    ...draft.named(draft.slot(old.index)),
    pid: next.worker!.pid!,
    generation: next.generation,
    old: { epoch, pid: worker?.pid, generation },
    replaced: sumOf(after).replaced,
  });
}

/** Sends the old worker of a slot away, whatever state it is in. */
function retire(draft: Draft, index: number): void {
  const old = draft.slot(index);
  if (old.deadline) draft.effect({ type: "arm", seat: index, at: timerOf(draft, old) });
  else draft.effect({ type: "disarm", seat: index });
  if (old.worker) {
    const { drain: deadlineMs } = timeoutsOf(draft, old);
    draft.effect({ type: "send", ...draft.addressed(old), frame: { type: "reload", deadlineMs } });
  }
  end(draft, index, "reload", "drain");
  if (old.state === "failed") move(draft, index, "cancel", "reload");
}

/** A worker has ended in a surge seat: an old one that drained, or a new one that did not come up. */
export function surgeExited(draft: Draft, seat: number, event: Exited): void {
  const { report, verdict } = event;
  const slot = draft.change(seat, { worker: null });
  const decision = decideSurge(report.intent);
  emitExit(draft, slot, event, decision);
  move(draft, seat, "exit:idle", decision.reason);

  const record = recordOf(draft.pool, slot.group);
  if (!record) return;
  const isOld =
    record.only === null
      ? slot.generation !== targetOf(record, draft.group(slot.group))
      : sumOf(record).replaced > 0;
  if (isOld) {
    const forced = report.sentSignals.includes("SIGKILL") ? 1 : 0;
    putRecord(draft, record, counted(record, slot.group, { forced }));
  } else if (!report.intent) {
    rollBack(draft, record, slot, `${slot.id} did not come up: ${verdict.class} (${verdict.reason})`);
  }
}
