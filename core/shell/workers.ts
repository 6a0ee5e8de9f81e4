import { messageOf } from "../contract/errors.ts";
import type { ProcessEnd, Runtime, SpawnOptions, WorkerProcess, WorkerSink } from "../contract/runtime.ts";
import { workerKey } from "../contract/slots.ts";
import { goodbyeOf, judgeFrame, phaseOf } from "../protocol/frame-order.ts";
import type { Frame } from "../protocol/frames.ts";
import { readError, readLog, readStage, readText } from "../protocol/read-frame.ts";
import { seatOf } from "../reducer/reduce.ts";
import type { Group } from "../reducer/state/state.ts";
import { judgeExit } from "./exit-decision.ts";
import type { Address, Occupied } from "./exit-decision.ts";
import type { Generations } from "./generations.ts";
import type { Shell } from "./shell.ts";

/** Heartbeats that a worker sends within the time that its silence is borne. */
const HEARTBEATS_PER_DEADLINE = 3;

/** The kernel's side of all worker processes: turns effects into calls of a runtime, and what it tells into events. */
export interface Workers {
  spawn(worker: Address, generation: number): void;
  /** Whether the frame was queued. */
  send(worker: Address, frame: Frame): boolean;
  signal(worker: Address, signal: "SIGTERM" | "SIGKILL"): void;
  disconnect(worker: Address): void;
}

export function createWorkers(
  shell: Shell,
  runtimes: ReadonlyMap<string, Runtime>,
  generations: Generations,
): Workers {
  const { clock, asker, notifier, state, dispatch } = shell;
  /** `undefined` while a worker's options are asked for: it has no process yet. */
  const processes = new Map<string, WorkerProcess | undefined>();

  /** The seat of the worker, if it is still there. */
  function seatFor(worker: Address): Occupied | undefined {
    const seat = seatOf(state(), worker);
    return seat === undefined ? undefined : (state().slots.get(seat) as Occupied);
  }

  function named({ slot, epoch }: Address): { slot: string; group: string; epoch: number } {
    return { slot: state().slots.get(slot).id, group: groupOf(slot).name, epoch };
  }

  async function spawn(worker: Address, generation: number): Promise<void> {
    const about = { ...named(worker), generation, seat: seatFor(worker)?.seat ?? "main" };
    const group = generations.group(generation, groupOf(worker.slot).index);
    const runtime = runtimes.get(group.runtime)!;
    let options: SpawnOptions;
    try {
      options = await asker.decisions.spawnOptions.promise(
        {
          entry: group.entry,
          args: [...group.args],
          execArgv: [...group.execArgv],
          permissions: group.permissions,
          env: { ...group.environment },
          cwd: group.cwd,
          listeners: [],
        },
        about,
      );
    } catch (error) {
      return exited(worker, notStarted(messageOf(error)));
    }
    // Asked to end meanwhile: `abandon` has told so.
    if (!processes.has(workerKey(worker))) return;
    const { heartbeat, ready, linger: lingerMs } = group.timeouts;
    const heartbeatMs = Math.max(50, Math.floor(heartbeat / HEARTBEATS_PER_DEADLINE));
    const { type, user } = group;
    const loadMs = groupOf(worker.slot).serves ? undefined : ready / 2;
    const request = {
      ...options,
      ...about,
      pool: shell.config.name,
      type,
      user,
      heartbeatMs,
      lingerMs,
      loadMs,
    };
    processes.set(workerKey(worker), runtime.spawn(request, sinkOf(worker)));
  }

  function sinkOf(worker: Address): WorkerSink {
    return {
      spawned: (pid) => dispatch({ type: "spawned", ...worker, pid }),
      frame: (frame) => receive(worker, frame),
      violation: (violation) => dispatch({ type: "violation", ...worker, violation }),
      disconnected: () => dispatch({ type: "disconnected", ...worker }),
      output: (stream, line) => notifier.notify("worker:output", { ...named(worker), stream, line }),
      exited: (end) => exited(worker, end),
    };
  }

  function receive(worker: Address, frame: Frame): void {
    const seat = seatFor(worker);
    if (!seat || seat.worker.violation) return;
    const violation = judgeFrame(phaseOf(seat.worker), frame);
    if (violation) return dispatch({ type: "violation", ...worker, violation });
    switch (frame.type) {
      case "hello":
      case "ready":
      case "heartbeat":
        return dispatch({ type: frame.type, ...worker });
      case "log":
        return notifier.notify("worker:log", { ...named(worker), ...readLog(frame) });
      case "error":
        return dispatch({ type: "error", ...worker, error: readError(frame.error) });
      case "goodbye": {
        const kind = goodbyeOf(frame);
        if (kind) {
          const [reason, drains, stage] = [readText(frame.reason), frame.drains === true, readStage(frame)];
          return dispatch({ type: "goodbye", ...worker, kind, reason, stage, drains });
        }
        const detail = "a goodbye of an unknown kind";
        return dispatch({ type: "violation", ...worker, violation: { kind: "malformed", detail } });
      }
      case "request":
        if (frame.op === "drain") return dispatch({ type: "drainAsked", ...worker });
        return notifier.notify("worker:frame", { ...named(worker), frame });
      default:
        return notifier.notify("worker:frame", { ...named(worker), frame });
    }
  }

  function exited(worker: Address, end: ProcessEnd): void {
    const seat = seatFor(worker);
    if (!seat) return;
    processes.delete(workerKey(worker));
    const times = { now: clock.now(), wallNow: shell.wallNow() };
    dispatch(judgeExit(asker, { state: state(), seat, worker, end, ...times, chance: clock.random() }));
  }

  /** Ends a worker that has no process yet; whether it was one. */
  function abandon(worker: Address): boolean {
    const key = workerKey(worker);
    if (!processes.has(key) || processes.get(key)) return false;
    exited(worker, notStarted("asked to end before it was spawned"));
    return true;
  }

  function groupOf(slot: number): Group {
    return state().groups.get(state().slots.get(slot).group);
  }

  return {
    spawn({ slot, epoch }, generation) {
      const worker = { slot, epoch };
      processes.set(workerKey(worker), undefined);
      void spawn(worker, generation);
    },
    send: (worker, frame) => !abandon(worker) && (processes.get(workerKey(worker))?.send(frame) ?? false),
    signal(worker, signal) {
      if (abandon(worker)) return;
      processes.get(workerKey(worker))?.signal(signal, signal === "SIGKILL" ? "group" : "process");
    },
    disconnect: (worker) => processes.get(workerKey(worker))?.disconnect(),
  };
}

function notStarted(spawnError: string): ProcessEnd {
  return { code: null, signal: null, spawnError, stderrTail: "" };
}
