import { openReader } from "../../scoreboard/wire/board.ts";
import type { BoardReader } from "../../scoreboard/wire/board.ts";
import type { LoadOf, WorkerLoad } from "./pick.ts";
import type { Target } from "./target.ts";

/** How old a load may be. Milliseconds. */
const FRESH_MS = 20;
/** A worker that has jobs and has not written for so long does not let its event loop go round. Milliseconds. */
const SILENT_MS = 500;

interface Known {
  readonly at: number;
  readonly load: WorkerLoad | undefined;
}

/** Reads the loads of workers from the pool's scoreboard. Where there is none, nothing is known. */
export function loadsFrom(now: () => number): LoadOf {
  const readers = new Map<string, BoardReader | undefined>();
  const known = new WeakMap<Target, Known>();

  function read(target: Target): WorkerLoad | undefined {
    const { board, epoch } = target.peer;
    if (!board) return undefined;
    if (!readers.has(board.path)) readers.set(board.path, openReader(board.path));
    const state = readers.get(board.path)?.read(board.offset);
    if (!state || state.epoch !== epoch) return undefined;
    const jobs = state.jobsRunning + state.jobsWaiting;
    const silent = jobs > 0 && Date.now() - state.updatedAt > SILENT_MS;
    return {
      // What it has of us we know better.
      others: Math.max(0, jobs - target.sent.size),
      weight: state.weight,
      delayMs: state.delayMs,
      isHogging: state.hoggingSince > 0 || silent,
    };
  }

  return (target) => {
    const at = now();
    const last = known.get(target);
    if (last && at - last.at < FRESH_MS) return last.load;
    const load = read(target);
    known.set(target, { at, load });
    return load;
  };
}
