import type { DeadlineKind } from "../contract/states.ts";
import { recoverIfHealthy, timerAt } from "./degraded.ts";
import { poolSeat, wake } from "./pool-timer.ts";
import { judgeTrial, tryOut } from "./reload/reload.ts";
import { requestStart } from "./start-queue.ts";
import type { Draft } from "./state/draft.ts";
import type { Deadline, Slot } from "./state/state.ts";
import { arm, disarm, kill, move, signal, stop, timeOf, timeoutsOf } from "./transitions.ts";

/** The deadlines that judge a worker's silence. Time that the supervisor was away proves nothing about it. */
const SILENCE: ReadonlySet<DeadlineKind> = new Set([
  "hello",
  "ready",
  "silence",
  "heartbeat",
  "channel",
  "leave",
]);

/** The deadline of a slot has come, or was moved since its timer was armed. */
export function due(draft: Draft, index: number): void {
  if (index === poolSeat(draft)) return wake(draft);
  if (draft.slot(index).deadline?.kind === "silence") recoverIfHealthy(draft, index);
  const slot = draft.slot(index);
  const { deadline } = slot;
  if (!deadline) return;
  const at = believedAt(draft, deadline);
  if (draft.now >= at) return actions[deadline.kind](draft, slot);
  if (at !== deadline.at) draft.change(index, { deadline: { ...deadline, at, awayMs: draft.pool.awayMs } });
  const timer = deadline.kind === "silence" ? timerAt(draft.slot(index), draft.now, at) : at;
  draft.effect({ type: "arm", seat: index, at: timer });
}

/** When a deadline comes, later by the time that the supervisor was away since it was set. */
function believedAt(draft: Draft, { kind, at, awayMs }: Deadline): number {
  return SILENCE.has(kind) ? at + draft.pool.awayMs - awayMs : at;
}

/** A worker that was silent for most of its time speaks again. */
export function recovered(draft: Draft, index: number): void {
  const slot = draft.slot(index);
  const { heartbeat } = timeoutsOf(draft, slot);
  const silentMs = draft.now - (believedAt(draft, slot.deadline!) - heartbeat);
  draft.changeWorker(index, { evidence: undefined });
  arm(draft, index, "silence");
  draft.fact("worker:recovered", { ...draft.named(slot), silentMs });
}

/** What comes when a slot waited in vain; kept beside `DEADLINES`, which says for how long. */
const actions: Readonly<Record<DeadlineKind, (draft: Draft, slot: Slot) => void>> = {
  settle: (draft, { index }) => tryOut(draft, index),
  trial: (draft, { index }) => judgeTrial(draft, index),
  hello: (draft, { index }) => kill(draft, index, "helloTimeout"),
  ready: (draft, { index }) => kill(draft, index, "readyTimeout"),
  silence(draft, slot) {
    const silentMs = timeOf(timeoutsOf(draft, slot), "silence");
    const leftMs = timeOf(timeoutsOf(draft, slot), "heartbeat");
    draft.effect({ type: "send", ...draft.addressed(slot), frame: { type: "ping" } });
    draft.fact("worker:silent", { ...draft.named(slot), pid: slot.worker!.pid!, silentMs, leftMs });
    arm(draft, slot.index, "heartbeat");
  },
  heartbeat: (draft, { index }) => kill(draft, index, "heartbeatLost"),
  channel: (draft, { index }) => kill(draft, index, "channelLost"),
  leave: (draft, { index }) => kill(draft, index, "overstayed"),
  drain: (draft, { index }) => stop(draft, index, "drain deadline"),
  stop(draft, { index }) {
    signal(draft, index, "SIGTERM");
    arm(draft, index, "term");
  },
  term: (draft, { index }) => kill(draft, index, undefined),
  kill(draft, slot) {
    const reason = "still there after SIGKILL: it waits in the system for a device or a file";
    draft.fact("worker:alarm", { ...draft.named(slot), pid: slot.worker?.pid, reason });
    arm(draft, slot.index, "kill");
  },
  backoff(draft, { index }) {
    disarm(draft, index);
    move(draft, index, "cancel", "time to restart");
    requestStart(draft, index);
  },
};
