import { performance } from "node:perf_hooks";
import { isNode } from "../../../system/is-node.ts";
import { counts } from "../../../worker/contract/counts.ts";
import { defineWorkerPlugin } from "../../../worker/contract/plugin.ts";
import type { WorkerPlugin, WorkerStage } from "../../../worker/contract/plugin.ts";
import type { Worker } from "../../../worker/contract/worker.ts";
import { createReader, openWriter } from "../wire/board.ts";
import { emptyState } from "../wire/record.ts";
import type { RecordPlace, WorkerState } from "../wire/record.ts";

/** How often a worker writes when nothing happens, and while it is busy. Milliseconds. */
const CALM_MS = 1_000;
const BUSY_MS = 100;
/** Between two writes, at least; what changes meanwhile is written after it. */
const LEAST_MS = 10;

/** What a worker says of the jobs that it runs. */
export type JobFigures = Pick<
  WorkerState,
  | "jobsAccepted"
  | "jobsProcessed"
  | "jobsRunning"
  | "jobsWaiting"
  | "jobsFailed"
  | "jobsRejected"
  | "weight"
  | "capacity"
>;

/** What the scoreboard offers to the halves of other plugins in a worker, as `channel.service("scoreboard")`. */
export interface Scoreboard {
  /** Where the figures of its jobs come from. */
  source(figures: () => JobFigures): void;
  /** Something has changed: it is written soon. */
  touch(): void;
  /** Something begins that may not let the event loop go round; what returns says that it has. */
  hog(): () => void;
  /** Sets one of the three numbers that belong to plugins of your own; it is written soon. */
  set(name: "custom1" | "custom2" | "custom3", value: number): void;
}

/** Writes what this worker says of itself, and reads what the others do. */
export const scoreboardInWorker: WorkerPlugin<RecordPlace> = defineWorkerPlugin<RecordPlace>({
  setup(worker, { path, offset }, channel) {
    const board = openBoard(worker, path, offset);
    channel.decorate("state", board.read);
    return { service: board, onStage: board.onStage };
  },
});

function openBoard(
  worker: Worker,
  path: string,
  offset: number,
): Scoreboard & {
  read(slot?: string): WorkerState | undefined;
  onStage(stage: WorkerStage): void;
} {
  const state = emptyState();
  Object.assign(state, {
    pid: process.pid,
    epoch: worker.epoch,
    generation: worker.generation,
    state: "starting",
    startedAt: Date.now(),
  });
  const writer = openWriter(path, offset);
  let figures: (() => JobFigures) | undefined;
  const readerOf = createReader(path);
  // Bun and Deno have the function, and it says nothing: there the CPU stands in.
  let utilisation = isNode ? performance.eventLoopUtilization() : undefined;
  let cpu = process.cpuUsage?.();
  let calm = 0;
  const last = { at: 0, tick: performance.now(), busy: "" };
  let due: NodeJS.Timeout | undefined;

  function write(): void {
    state.updatedAt = Date.now();
    Object.assign(state, counts, figures?.());
    writer.write(state);
    last.at = performance.now();
  }

  function tick(planned: number): void {
    const now = performance.now();
    state.delayMs = Math.max(0, now - planned);
    if (utilisation) {
      const next = performance.eventLoopUtilization();
      state.utilisation = performance.eventLoopUtilization(next, utilisation).utilization;
      utilisation = next;
    }
    const passed = now - last.tick;
    last.tick = now;
    if (cpu) {
      const { user, system } = process.cpuUsage(cpu);
      state.cpu = (user + system) / 1_000 / Math.max(1, passed);
      cpu = process.cpuUsage();
      if (!utilisation) state.utilisation = Math.min(1, state.cpu);
    }
    if ((calm += 1) >= CALM_MS / BUSY_MS) {
      calm = 0;
      Object.assign(state, memoryUsed());
    }
    write();
    const busy = `${state.requests} ${state.jobsAccepted} ${state.jobsRunning}`;
    const isBusy = busy !== last.busy || state.jobsRunning > 0;
    last.busy = busy;
    if (!isBusy) calm = CALM_MS;
    plan(isBusy ? BUSY_MS : CALM_MS);
  }

  function plan(ms: number): void {
    setTimeout(tick, ms, performance.now() + ms).unref();
  }

  const board = {
    onStage(stage: WorkerStage) {
      if (state.state === "stopping" || state.state === stage) return;
      state.state = stage;
      write();
    },
    source: (from: () => JobFigures) => void (figures = from),
    touch() {
      if (due) return;
      const wait = last.at + LEAST_MS - performance.now();
      if (wait <= 0) return write();
      due = setTimeout(() => {
        due = undefined;
        write();
      }, wait);
      due.unref();
    },
    hog() {
      state.hoggingSince = Date.now();
      write();
      return () => {
        state.hoggingSince = 0;
        write();
      };
    },
    set(name: "custom1" | "custom2" | "custom3", value: number) {
      state[name] = value;
      board.touch();
    },
    read(slot = worker.id) {
      if (slot === worker.id) {
        write();
        return { ...state };
      }
      const reader = readerOf();
      const index = reader?.head.slots.indexOf(slot) ?? -1;
      if (!reader || index < 0) return undefined;
      const found = reader.offsets(index).flatMap((offset) => reader.read(offset) ?? []);
      return found.toSorted((one, other) => other.epoch - one.epoch)[0];
    },
  };
  Object.assign(state, { rss: memoryUsed().rss });
  write();
  plan(BUSY_MS);
  return board;
}

/** The memory that this process uses: 0 where the system does not say it, as without `/proc`. Bytes. */
function memoryUsed(): { readonly rss: number; readonly heapUsed: number } {
  try {
    const { rss, heapUsed } = process.memoryUsage();
    return { rss, heapUsed };
  } catch {
    return { rss: 0, heapUsed: 0 };
  }
}
