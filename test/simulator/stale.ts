import type { WorkerEvent } from "../../core/reducer/state/events.ts";
import type { KernelState } from "../../core/reducer/state/state.ts";
import type { StaleKind } from "./history.ts";

/** An event of a worker that is not there (any more). */
export function staleEvent(state: KernelState, slot: number, epoch: number, kind: StaleKind): WorkerEvent {
  const at = { slot, epoch };
  switch (kind) {
    case "spawned":
      return { ...at, type: kind, pid: 1 };
    case "error":
      return { ...at, type: kind, error: { name: "Error", message: "stale" } };
    case "goodbye":
      return { ...at, type: kind, kind: "permanent", reason: undefined, drains: false };
    case "violation":
      return { ...at, type: kind, violation: { kind: "malformed", detail: "stale" } };
    case "exited":
      return {
        ...at,
        type: kind,
        report: {
          slot: state.slots.get(slot).id,
          group: "g0",
          epoch,
          pid: 1,
          hello: true,
          ready: true,
          serves: true,
          goodbye: "fatal",
          goodbyeReason: undefined,
          failedStage: undefined,
          acked: true,
          code: 1,
          signal: null,
          spawnError: undefined,
          sentSignals: [],
          intent: undefined,
          cause: undefined,
          violation: undefined,
          evidence: undefined,
          uptimeMs: 1,
          error: undefined,
          stderrTail: "",
          oomKills: undefined,
        },
        verdict: { class: "fatal", reason: "stale", counts: 2 },
        classifiedBy: "stale",
        policy: { answer: { action: "shutdown", reason: "stale" }, by: "stale" },
        bounce: [],
        chance: 0,
      };
    default:
      return { ...at, type: kind };
  }
}
