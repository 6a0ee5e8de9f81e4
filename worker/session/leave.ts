import { GOODBYE_EXIT_CODES } from "../../core/protocol/goodbye.ts";
import type { Goodbye } from "./life.ts";
import type { Uplink } from "./uplink.ts";

/** The time that a worker has after its supervisor has gone; it must be gone 2 s after it. Milliseconds. */
export const ORPHAN_MS = 1_000;

/** Longest wait for frames that still have no credit: a busy supervisor takes its time for a flood of logs. Milliseconds. */
const FRAMES_MS = 2_000;

/** Longest wait for output that is not yet written. Milliseconds. */
const OUTPUT_MS = 500;

/** Longest wait for the supervisor's ack; it kills a worker that stays 2 s after it. */
const ACK_MS = 2_000;

/** Says goodbye, awaits the ack and `answered`, and exits with the code that the goodbye promises. Never returns. */
export async function leave(
  uplink: Uplink,
  acked: Promise<void>,
  goodbye: Goodbye,
  answered?: Promise<void>,
): Promise<void> {
  await part(uplink, acked, goodbye);
  await answered;
  await flushOutput();
  process.exit(GOODBYE_EXIT_CODES[goodbye.kind]);
}

/** The goodbye without the exit: resolves when it is acknowledged, or after 2 s. */
export async function part(uplink: Uplink, acked: Promise<void>, goodbye: Goodbye): Promise<void> {
  await within(FRAMES_MS, uplink.flushed());
  uplink.part({ type: "goodbye", ...goodbye });
  await within(ACK_MS, acked);
}

/** Resolves when what was written to stdout and stderr is with the system, or after 500 ms. */
export async function flushOutput(): Promise<void> {
  const written = [process.stdout, process.stderr].map(
    (stream) => new Promise<void>((resolve) => void stream.write("", () => resolve())),
  );
  await within(OUTPUT_MS, Promise.all(written));
}

/** Resolves with `work`, or without it after `ms`. */
export function within(ms: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    work.then(done, done);
  });
}
