import { messageOf, PoolError } from "../core/contract/errors.ts";
import type { ErrorCode } from "../core/contract/errors.ts";
import { stripControl } from "../plugins/logs/index.ts";
import { paintFor } from "./output/terminal.ts";

/** Failures of something that runs; every other code means that what was given was wrong. */
const RUNNING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "E_RUNNING",
  "E_NOT_RUNNING",
  "E_CONTROL",
  "E_SCALE_REFUSED",
  "E_RELOAD_REFUSED",
  "E_RESTART_REFUSED",
  "E_STATE",
]);

/** 2 for bad input, a permission that Deno was not given among it; 1 for a failure of something that runs. */
export function exitCodeOf(error: unknown): number {
  if (lacksPermission(error)) return 2;
  return error instanceof PoolError && !RUNNING.has(error.code) ? 2 : 1;
}

function lacksPermission(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === "NotCapable" || lacksPermission(error.cause);
}

/** One line for stderr. The stack follows only where `DEBUG=poolable` asks for it. */
export function describeError(error: unknown): string {
  const line = `${paintFor(process.stderr)("red", "poolable:")} ${stripControl(messageOf(error))}`;
  const wanted = process.env.DEBUG?.split(",").includes("poolable");
  return wanted && error instanceof Error ? `${line}\n${error.stack}` : line;
}
