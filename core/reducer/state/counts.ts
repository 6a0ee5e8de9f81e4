import { SLOT_STATES } from "../../contract/states.ts";
import type { Counts, Slot } from "./state.ts";
import { isOver } from "./state.ts";

export const NO_COUNTS: Readonly<Counts> = {
  live: 0,
  starting: 0,
  ready: 0,
  pending: 0,
  queued: 0,
  wanted: 0,
  up: 0,
  unready: 0,
  over: 0,
  failed: 0,
  degraded: 0,
  bootFailed: 0,
  surging: 0,
};

export const COUNT_NAMES = Object.keys(NO_COUNTS) as (keyof Counts)[];

/** Whether this is a surge seat that has a worker, or is about to. */
export function isSurging({ seat, state, ticket }: Slot): boolean {
  return seat === "surge" && (state !== "idle" || ticket !== null);
}

/** What one slot adds to the counts of its group and of the pool. */
export function countsOf(slot: Slot): Counts {
  const { state, wanted } = slot;
  const over = isOver(slot);
  const up = wanted && !over;
  return {
    live: SLOT_STATES[state].process ? 1 : 0,
    starting: state === "starting" ? 1 : 0,
    ready: state === "ready" ? 1 : 0,
    pending: state === "backoff" || slot.ticket !== null ? 1 : 0,
    queued: slot.ticket !== null && slot.ticket >= 0 ? 1 : 0,
    wanted: wanted ? 1 : 0,
    up: up ? 1 : 0,
    unready: up && state !== "ready" && !slot.degraded ? 1 : 0,
    over: over ? 1 : 0,
    failed: state === "failed" ? 1 : 0,
    degraded: up && slot.degraded ? 1 : 0,
    bootFailed: slot.bootFailed ? 1 : 0,
    surging: isSurging(slot) ? 1 : 0,
  };
}
