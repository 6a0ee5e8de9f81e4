import { formatDuration } from "../contract/duration.ts";
import { EXIT_ALL_FAILED } from "../contract/exit-codes.ts";
import { isUp } from "../contract/states.ts";
import { shutdown } from "./shutdown.ts";
import type { Draft } from "./state/draft.ts";

/**
 * A pool none of whose wanted slots has been ready for `giveUp` ends with exit code 75, so that whoever supervises the
 * supervisor starts it anew, somewhere else perhaps. The time begins with an exit that nobody asked for, so that
 * neither a slow start nor a long drain is mistaken for it.
 */

/** A worker has ended unasked: the time to give up begins, and `watchTrouble` ends it where another one is ready. */
export function noteTrouble(draft: Draft): void {
  const { pool } = draft;
  pool.stuck ??= { at: draft.now, awayMs: pool.awayMs };
}

/** Ends the time to give up where a slot is ready, where none is wanted, or where all of a group are asked to end. */
export function watchTrouble(draft: Draft): void {
  const { pool } = draft;
  if (!pool.stuck) return;
  const isSo = isUp(pool.state) && pool.counts.ready === 0 && pool.halting === 0 && isAnyWanted(draft);
  if (!isSo) pool.stuck = null;
}

/** When the pool gives up; `Infinity` when it does not. Time that the supervisor was away does not count. */
export function giveUpAt(draft: Draft): number {
  const { stuck, giveUpMs, awayMs } = draft.pool;
  if (!stuck || giveUpMs === false) return Infinity;
  return stuck.at + Math.max(giveUpMs, longestStart(draft)) + awayMs - stuck.awayMs;
}

/** Gives up when it is time. */
export function giveUp(draft: Draft): void {
  if (draft.now < giveUpAt(draft)) return;
  const ms = draft.now - draft.pool.stuck!.at;
  const reason = `no worker of any group was ready for ${formatDuration(ms)}`;
  shutdown(draft, { exitCode: EXIT_ALL_FAILED, reason, critical: true });
}

function isAnyWanted(draft: Draft): boolean {
  for (let index = 0; index < draft.groupCount; index++) {
    const { desired, counts } = draft.group(index);
    if (desired > 0 && counts.up + counts.failed > 0) return true;
  }
  return false;
}

/** The longest time that a worker may take to become ready: giving up sooner would cut a start that goes well. */
function longestStart(draft: Draft): number {
  let longest = 0;
  for (let index = 0; index < draft.groupCount; index++) {
    const { desired, stopped, timeouts } = draft.group(index);
    if (desired > 0 && !stopped) longest = Math.max(longest, timeouts.hello + timeouts.ready);
  }
  return longest;
}
