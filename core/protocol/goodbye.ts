import type { Frame } from "./frames.ts";

/**
 * How a worker ends in order. `drained` answers a drain; `startFailed` is an error before ready.
 * The value is the exit code that must follow; another one contradicts the goodbye.
 */
export const GOODBYE_EXIT_CODES = {
  done: 0,
  drained: 0,
  restart: 0,
  permanent: 0,
  fatal: 1,
  startFailed: 1,
} as const;

export type GoodbyeKind = keyof typeof GOODBYE_EXIT_CODES;

/** The goodbye kind of a frame, or `undefined` when it names none. */
export function goodbyeOf(frame: Frame): GoodbyeKind | undefined {
  const kind = frame.kind;
  return typeof kind === "string" && Object.hasOwn(GOODBYE_EXIT_CODES, kind)
    ? (kind as GoodbyeKind)
    : undefined;
}
