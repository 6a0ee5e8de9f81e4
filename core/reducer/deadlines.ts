import type { DeadlineKind } from "../contract/states.ts";
import { recoverIfHealthy } from "./degraded.ts";
import { extendedAt, heartbeatLost, heartbeatMissing, silentInDrain } from "./heartbeat.ts";
import { poolSeat, wake } from "./pool-timer.ts";
import { judgeTrial, tryOut } from "./reload/reload.ts";
import { requestStart } from "./start-queue.ts";
import type { Draft } from "./state/draft.ts";
import type { Slot } from "./state/state.ts";
import { arm, disarm, kill, move, signal, silentAt, stop, timerOf } from "./transitions.ts";

/** The timer of a slot has fired: its deadline has expired, or was moved since the timer was armed. */
export function due(draft: Draft, index: number): void {
  if (index === poolSeat(draft)) return wake(draft);
  if (draft.slot(index).deadline?.kind === "silence") recoverIfHealthy(draft, index);
  const slot = draft.slot(index);
  const { deadline } = slot;
  if (!deadline) return;
  const at = extendedAt(draft, deadline);
  if (draft.now >= at) return actions[deadline.kind](draft, slot);
  if (deadline.kind === "drain" && draft.now >= silentAt(draft, slot)) return silentInDrain(draft, slot);
  if (at !== deadline.at) draft.change(index, { deadline: { ...deadline, at, awayMs: draft.pool.awayMs } });
  draft.effect({ type: "arm", seat: index, at: timerOf(draft, draft.slot(index)) });
}

/** What happens when a deadline expires. `DEADLINES` says after how long it does. */
const actions: Readonly<Record<DeadlineKind, (draft: Draft, slot: Slot) => void>> = {
  settle: (draft, { index }) => tryOut(draft, index),
  trial: (draft, { index }) => judgeTrial(draft, index),
  hello: (draft, { index }) => kill(draft, index, "helloTimeout"),
  ready: (draft, { index }) => kill(draft, index, "readyTimeout"),
  silence: heartbeatMissing,
  heartbeat: heartbeatLost,
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
