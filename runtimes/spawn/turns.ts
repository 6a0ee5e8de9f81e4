/** What all streams together may take of one turn of the event loop: lines, and milliseconds. */
const LINES_PER_TURN = 256;
const MS_PER_TURN = 4;
/** Lines of one stream before it is the next one's turn. */
const LINES_AT_ONCE = 32;
/** Time that is left to everything else, also to other processes, when there is more than fits in one turn. Milliseconds. */
const PAUSE_MS = 1;

/** Something that has lines to hand on. */
export interface Source {
  /** Hands on at most `limit` lines. Returns how many it was; fewer than `limit` when there is nothing left for now. */
  take(limit: number): number;
}

const ready: Source[] = [];
let lines = 0;
let endsAt = 0;
let isScheduled = false;

/**
 * Gives a source its share of this turn of the event loop, and of the next ones for as long as it has more. However many
 * lines workers print, in each turn there is time for everything else.
 */
export function takeTurns(source: Source): void {
  ready.push(source);
  if (isScheduled) {
    if (hasRoom()) take();
    return;
  }
  lines = 0;
  endsAt = performance.now() + MS_PER_TURN;
  take();
  isScheduled = true;
  if (ready.length > 0) setTimeout(next, PAUSE_MS);
  else setImmediate(next);
}

function next(): void {
  isScheduled = false;
  const source = ready.shift();
  if (source) takeTurns(source);
}

function hasRoom(): boolean {
  return lines < LINES_PER_TURN && performance.now() < endsAt;
}

function take(): void {
  while (ready.length > 0 && hasRoom()) {
    const source = ready.shift()!;
    const taken = source.take(LINES_AT_ONCE);
    lines += taken;
    if (taken === LINES_AT_ONCE) ready.push(source);
  }
}
