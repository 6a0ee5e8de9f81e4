import type { Draft } from "./draft.ts";
import { arm, disarm, kill, move, signal, stop, timeOf, timeoutsOf } from "./moves.ts";
import { judgeTrial, tryOut } from "./reload.ts";
import { requestStart } from "./starting.ts";
import type { Slot } from "./state.ts";
import type { DeadlineKind } from "./states.ts";

/**
 * How late a deadline may be looked at and still be believed, in milliseconds. Later means that the supervisor
 * itself was away (stopped, suspended, or blocked): what the worker said meanwhile has not been read yet, so
 * its silence proves nothing and it gets its time once more. The guard against killing everybody on resume is
 * pitchfork's (github.com/Shopify/pitchfork).
 */
export const BELIEVED_LATENESS_MS = 1_000;

/** The deadlines that judge a worker's silence. */
const SILENCE: ReadonlySet<DeadlineKind> = new Set(["hello", "ready", "heartbeat", "channel", "leave"]);

/** The deadline of a slot has come, or was moved since its timer was armed. */
export function due(draft: Draft, index: number): void {
  const slot = draft.slot(index);
  const { deadline } = slot;
  if (!deadline) return;
  if (draft.now < deadline.at) {
    draft.effect({ type: "arm", seat: index, at: deadline.at });
  } else if (draft.now - deadline.at > BELIEVED_LATENESS_MS && SILENCE.has(deadline.kind)) {
    arm(draft, index, deadline.kind, timeOf(timeoutsOf(draft, slot), deadline.kind));
  } else {
    actions[deadline.kind](draft, slot);
  }
}

/** What comes when a slot waited in vain; kept beside `DEADLINES`, which says for how long. */
const actions: Readonly<Record<DeadlineKind, (draft: Draft, slot: Slot) => void>> = {
  settle: (draft, { index }) => tryOut(draft, index),
  trial: (draft, { index }) => judgeTrial(draft, index),
  hello: (draft, { index }) => kill(draft, index, "helloTimeout"),
  ready: (draft, { index }) => kill(draft, index, "readyTimeout"),
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
