import { performance } from "node:perf_hooks";
import type { SlotState } from "../../core/contract/states.ts";
import type { Frame } from "../../core/protocol/frames.ts";
import { createReader, openWriter } from "../../plugins/scoreboard/wire/board.ts";
import { emptyState } from "../../plugins/scoreboard/wire/record.ts";
import type { MutableState, WorkerState } from "../../plugins/scoreboard/wire/record.ts";
import { isNode } from "./boot.ts";
import { counts } from "./counts.ts";
import type { Config } from "./life.ts";

export type { WorkerState } from "../../plugins/scoreboard/wire/record.ts";

/** How often a worker writes when nothing happens, and while it is busy. Milliseconds. */
const CALM_MS = 1_000;
const BUSY_MS = 100;
/** Between two writes, at least; what changes meanwhile is written after it. */
const LEAST_MS = 10;

/** What the supervisor says of the scoreboard in its welcome. */
export interface BoardWelcome {
  readonly path: string;
  readonly offset: number;
}

/** What a worker says of the jobs that it runs. */
export type JobFigures = Pick<
  MutableState,
  | "jobsAccepted"
  | "jobsProcessed"
  | "jobsRunning"
  | "jobsWaiting"
  | "jobsFailed"
  | "jobsRejected"
  | "weight"
  | "capacity"
>;

/** This worker's record, and its eyes for the others'. */
export interface Board {
  /** Sees the frames that this worker says and hears: they tell its state. */
  frame(frame: Frame): void;
  /** Where the figures of its jobs come from. */
  source(figures: () => JobFigures): void;
  /** Something has changed: it is written soon. */
  touch(): void;
  /** Something begins that may not let the event loop go round; what returns says that it has. */
  hog(): () => void;
  read(slot?: string): WorkerState | undefined;
}

/** What a frame says of the worker's state. */
const STATES: Readonly<Record<string, SlotState>> = {
  ready: "ready",
  drain: "draining",
  stop: "stopping",
  goodbye: "stopping",
};

/** Makes a {@link Board}. Without `welcome` there is none, and nothing is written. */
export function createBoardOf(welcome: BoardWelcome | undefined, config: Config): Board {
  const state = emptyState();
  Object.assign(state, {
    pid: process.pid,
    epoch: config.epoch,
    generation: config.generation,
    state: "starting",
    startedAt: Date.now(),
  });
  const writer = welcome && openWriter(welcome.path, welcome.offset);
  let figures: (() => JobFigures) | undefined;
  const readerOf = welcome && createReader(welcome.path);
  // Bun and Deno have the function, and it says nothing: there the CPU stands in.
  let utilisation = isNode ? performance.eventLoopUtilization() : undefined;
  let cpu = process.cpuUsage?.();
  let calm = 0;
  const last = { at: 0, tick: performance.now(), busy: "" };
  let due: NodeJS.Timeout | undefined;

  function write(): void {
    state.updatedAt = Date.now();
    Object.assign(state, counts, figures?.());
    writer?.write(state);
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

  const board: Board = {
    frame({ type }) {
      const next = STATES[type];
      if (!next || state.state === "stopping" || state.state === next) return;
      state.state = next;
      write();
    },
    source: (from) => void (figures = from),
    touch() {
      if (due || !writer) return;
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
    read(slot = config.slot) {
      if (slot === config.slot) {
        write();
        return { ...state };
      }
      const reader = readerOf?.();
      const index = reader?.head.slots.indexOf(slot) ?? -1;
      if (!reader || index < 0) return undefined;
      const found = reader.offsets(index).flatMap((offset) => reader.read(offset) ?? []);
      return found.toSorted((one, other) => other.epoch - one.epoch)[0];
    },
  };
  if (writer) {
    Object.assign(state, { rss: memoryUsed().rss });
    write();
    plan(BUSY_MS);
  }
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
