import { messageOf } from "../contract/errors.ts";
import type { ProcessEnd, Runtime, SpawnOptions, WorkerProcess, WorkerSink } from "../contract/runtime.ts";
import { workerKey } from "../contract/slots.ts";
import { judgeFrame, phaseOf } from "../protocol/frame-order.ts";
import type { Frame } from "../protocol/frames.ts";
import { goodbyeOf } from "../protocol/goodbye.ts";
import type { PluginSection, SupervisorMessage, WorkerMessage } from "../protocol/messages.ts";
import { readError, readLog, readStage, readText } from "../protocol/read-frame.ts";
import { seatOf } from "../reducer/reduce.ts";
import type { Group } from "../reducer/state/state.ts";
import { judgeExit } from "./exit-decision.ts";
import type { Address, Occupied } from "./exit-decision.ts";
import type { Generations } from "./generations.ts";
import type { PluginList } from "./plugins.ts";
import type { Shell } from "./shell.ts";

/** Heartbeats that a worker sends within the time that its silence is borne. */
const HEARTBEATS_PER_DEADLINE = 3;

/** The kernel's side of all worker processes: turns effects into calls of a runtime, and what it tells into events. */
export interface Workers {
  spawn(worker: Address, generation: number): void;
  /** Whether the frame was queued. */
  send(worker: Address, message: SupervisorMessage): boolean;
  signal(worker: Address, signal: "SIGTERM" | "SIGKILL"): void;
  disconnect(worker: Address): void;
}

export function createWorkers(
  shell: Shell,
  runtimes: ReadonlyMap<string, Runtime>,
  generations: Generations,
  plugins: Pick<PluginList, "workerModule">,
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
    const { welcome = {}, ...spawn } = options;
    const own = { pool: shell.config.name, type, user, plugins: sectionsOf(welcome) };
    const request = { ...spawn, ...about, ...own, heartbeatMs, lingerMs, loadMs };
    processes.set(workerKey(worker), runtime.spawn(request, sinkOf(worker)));
  }

  function sectionsOf(welcome: Readonly<Record<string, unknown>>): Record<string, PluginSection> {
    const sections = Object.entries(welcome).map(([plugin, data]) => {
      const section: PluginSection = { module: plugins.workerModule(plugin), data };
      return [plugin, section] as const;
    });
    return Object.fromEntries(sections);
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
    // Known since its order was judged; what it carries is only a claim.
    const type = frame.type as WorkerMessage["type"];
    switch (type) {
      case "hello":
      case "ready":
      case "heartbeat":
        return dispatch({ type, ...worker });
      case "log":
        return notifier.notify("worker:log", { ...named(worker), ...readLog(frame) });
      case "error":
        return dispatch({ type, ...worker, error: readError(frame.error) });
      case "listening": {
        const isListening = frame.isListening === true;
        return notifier.notify("worker:listening", { ...named(worker), isListening });
      }
      case "secure":
        return notifier.notify("worker:secure", {
          ...named(worker),
          listener: readText(frame.listener) ?? "",
        });
      case "needWorker":
        return needWorker(worker, frame);
      case "drainRequest":
        return dispatch({ type: "drainAsked", ...worker });
      case "plugin": {
        const plugin = readText(frame.plugin) ?? "";
        return notifier.notify("worker:message", { ...named(worker), plugin, message: frame.message });
      }
      case "goodbye": {
        const kind = goodbyeOf(frame);
        if (kind) {
          const [reason, drains, stage] = [readText(frame.reason), frame.drains === true, readStage(frame)];
          return dispatch({ type, ...worker, kind, reason, stage, drains });
        }
        const detail = "a goodbye of an unknown kind";
        return dispatch({ type: "violation", ...worker, violation: { kind: "malformed", detail } });
      }
      default:
        return type satisfies never;
    }
  }

  /** A worker asks for its own group and for those that it calls. */
  function needWorker(worker: Address, frame: Frame): void {
    const { slot, group: own } = named(worker);
    const group = frame.group === undefined ? own : readText(frame.group);
    const { generation, index } = groupOf(worker.slot);
    if (group === undefined) return;
    if (group !== own && !generations.group(generation, index).calls.includes(group)) return;
    notifier.notify("scaling:requested", { group, by: slot, waiting: 0, waitedMs: 0 });
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
