import type { Asker } from "./ask.ts";
import type { ResolvedPool } from "./config.ts";
import { messageOf } from "./errors.ts";
import type { KernelEvent } from "./events.ts";
import type { ExitReport } from "./exit.ts";
import type { Frame } from "./frames.ts";
import type { Notifier } from "./hooks.ts";
import { readError, readLog, readText } from "./incoming.ts";
import { goodbyeOf, judgeFrame } from "./protocol.ts";
import type { Phase } from "./protocol.ts";
import type { ProcessEnd, Runtime, SpawnOptions, WorkerProcess, WorkerSink } from "./runtime.ts";
import type { Group, KernelState, Slot, WorkerRecord } from "./state.ts";

/** Heartbeats that a worker sends within the time that its silence is borne. */
const HEARTBEATS_PER_DEADLINE = 3;

/** What the workers need of the kernel around them. */
export interface WorkersContext {
  readonly config: ResolvedPool;
  readonly runtimes: ReadonlyMap<string, Runtime>;
  readonly asker: Asker;
  readonly notifier: Notifier;
  state(): KernelState;
  dispatch(event: KernelEvent): void;
  /** What the policies say of an ended worker, as the event that the reducer takes. */
  judge(slot: Slot, report: ExitReport): KernelEvent;
  now(): number;
}

/** The kernel's side of all worker processes: turns effects into calls of a runtime, and what it tells into events. */
export interface Workers {
  spawn(slot: number, epoch: number): void;
  /** Whether the frame was queued. */
  send(slot: number, frame: Frame): boolean;
  signal(slot: number, signal: "SIGTERM" | "SIGKILL"): void;
  disconnect(slot: number): void;
}

export function createWorkers(context: WorkersContext): Workers {
  /** `undefined` while a worker's options are asked for: it has no process yet. */
  const processes = new Map<number, WorkerProcess | undefined>();

  /** The slot, if `epoch` is still its current worker. */
  function current(index: number, epoch: number): (Slot & { worker: WorkerRecord }) | undefined {
    const slot = context.state().slots.get(index);
    return slot.epoch === epoch && slot.worker ? (slot as Slot & { worker: WorkerRecord }) : undefined;
  }

  async function spawn(index: number, epoch: number): Promise<void> {
    const slot = context.state().slots.get(index);
    const group = context.config.groups[slot.group]!;
    const runtime = context.runtimes.get(group.runtime)!;
    const about = { slot: slot.id, group: group.name, epoch, generation: slot.generation };
    let options: SpawnOptions;
    try {
      options = await context.asker.decisions.spawnOptions.promise(
        {
          entry: group.entry,
          args: [...group.args],
          execArgv: [...group.execArgv],
          env: runtime.environment(group.env),
          cwd: group.cwd,
          listeners: [],
        },
        about,
      );
    } catch (error) {
      return exited(index, epoch, notStarted(messageOf(error)));
    }
    // Asked to end meanwhile: `abandon` has told so.
    if (!current(index, epoch) || !processes.has(index)) return;
    const { heartbeat } = group.timeouts;
    const heartbeatMs = Math.max(50, Math.floor(heartbeat / HEARTBEATS_PER_DEADLINE));
    const request = { ...options, ...about, pool: context.config.name, type: group.type, heartbeatMs };
    processes.set(index, runtime.spawn(request, sinkOf(index, epoch)));
  }

  function sinkOf(slot: number, epoch: number): WorkerSink {
    return {
      spawned: (pid) => context.dispatch({ type: "spawned", slot, epoch, pid }),
      frame: (frame) => receive(slot, epoch, frame),
      violation: (violation) => context.dispatch({ type: "violation", slot, epoch, violation }),
      disconnected: () => context.dispatch({ type: "disconnected", slot, epoch }),
      output(stream, line) {
        const { id } = context.state().slots.get(slot);
        context.notifier.notify("worker:output", { slot: id, group: groupOf(slot).name, epoch, stream, line });
      },
      exited: (end) => exited(slot, epoch, end),
    };
  }

  function receive(index: number, epoch: number, frame: Frame): void {
    const slot = current(index, epoch);
    if (!slot || slot.worker.violation) return;
    const at = { slot: index, epoch };
    const violation = judgeFrame(phaseOf(slot.worker), frame);
    if (violation) return context.dispatch({ type: "violation", ...at, violation });
    const about = { slot: slot.id, group: groupOf(index).name, epoch };
    switch (frame.type) {
      case "hello":
      case "ready":
      case "heartbeat":
        return context.dispatch({ type: frame.type, ...at });
      case "log":
        return context.notifier.notify("worker:log", { ...about, ...readLog(frame) });
      case "error":
        return context.dispatch({ type: "error", ...at, error: readError(frame.error) });
      case "goodbye": {
        const kind = goodbyeOf(frame);
        if (kind) return context.dispatch({ type: "goodbye", ...at, kind, reason: readText(frame.reason) });
        const detail = "a goodbye of an unknown kind";
        return context.dispatch({ type: "violation", ...at, violation: { kind: "malformed", detail } });
      }
      default:
        return context.notifier.notify("worker:frame", { ...about, frame });
    }
  }

  function exited(index: number, epoch: number, end: ProcessEnd): void {
    const slot = current(index, epoch);
    if (!slot) return;
    processes.delete(index);
    context.dispatch(context.judge(slot, reportOf(slot, groupOf(index), end, context.now())));
  }

  /** Ends a worker that has no process yet; whether it was one. */
  function abandon(index: number): boolean {
    if (!processes.has(index) || processes.get(index)) return false;
    exited(index, context.state().slots.get(index).epoch, notStarted("asked to end before it was spawned"));
    return true;
  }

  function groupOf(index: number): Group {
    return context.state().groups.get(context.state().slots.get(index).group);
  }

  return {
    spawn(slot, epoch) {
      processes.set(slot, undefined);
      void spawn(slot, epoch);
    },
    send(slot, frame) {
      return !abandon(slot) && (processes.get(slot)?.send(frame) ?? false);
    },
    signal(slot, signal) {
      if (!abandon(slot)) processes.get(slot)?.signal(signal, signal === "SIGKILL" ? "group" : "process");
    },
    disconnect: (slot) => processes.get(slot)?.disconnect(),
  };
}

function phaseOf(worker: WorkerRecord): Phase {
  if (worker.goodbye) return "parted";
  if (worker.ready) return "serving";
  return worker.hello ? "greeted" : "connected";
}

function notStarted(spawnError: string): ProcessEnd {
  return { code: null, signal: null, spawnError, stderrTail: "" };
}

function reportOf(slot: Slot & { worker: WorkerRecord }, group: Group, end: ProcessEnd, now: number): ExitReport {
  const { worker } = slot;
  return Object.freeze({
    slot: slot.id,
    group: group.name,
    epoch: slot.epoch,
    pid: worker.pid,
    hello: worker.hello,
    ready: worker.ready,
    goodbye: worker.goodbye,
    goodbyeReason: worker.goodbyeReason,
    acked: worker.goodbye !== undefined,
    code: end.code,
    signal: end.signal,
    spawnError: end.spawnError,
    sentSignals: worker.sentSignals,
    intent: worker.intent,
    cause: worker.cause,
    violation: worker.violation,
    uptimeMs: Math.max(0, now - worker.spawnedAt),
    error: worker.error,
    stderrTail: end.stderrTail,
    oomKills: end.oomKills,
  });
}
