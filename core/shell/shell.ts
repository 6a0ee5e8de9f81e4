import type { Clock } from "../contract/clock.ts";
import type { ResolvedPool } from "../contract/config.ts";
import type { KernelEvent } from "../reducer/state/events.ts";
import type { KernelState } from "../reducer/state/state.ts";
import type { Asker } from "./decision-runner.ts";
import type { Notifier } from "./notifier.ts";
import type { Waiters } from "./waiters.ts";

/** What every part of the shell has of one pool. */
export interface Shell {
  readonly config: ResolvedPool;
  readonly clock: Clock;
  readonly asker: Asker;
  readonly notifier: Notifier;
  readonly waiters: Waiters;
  /** Returns the state after the last step. */
  state(): KernelState;
  /** Changes the state. An event that is dispatched during a step waits for its turn. */
  dispatch(event: KernelEvent): void;
  /** Returns the milliseconds since 1970; only decisions that follow a schedule use them. */
  wallNow(): number;
}
