import type { ReportedError, StartStage } from "../contract/exit.ts";
import type { WorkerLog } from "../contract/hooks.ts";
import type { Frame } from "./frames.ts";

/** Characters of any one text that a worker sends and the supervisor keeps. */
export const MAX_TEXT: number = 8 * 1024;
/** Errors that an error may name as its cause, each the cause of the one before. */
const MAX_CAUSES = 10;

const LEVELS: readonly unknown[] = ["debug", "info", "warn", "error"];

/** The log line of a `log` frame, whatever the worker put into it. */
export function readLog(frame: Frame): Pick<WorkerLog, "level" | "message" | "data"> {
  const level = LEVELS.includes(frame.level) ? (frame.level as WorkerLog["level"]) : "info";
  return { level, message: readText(frame.message) ?? "", data: frame.data };
}

/** What failed before ready, as a `goodbye` frame says. */
export function readStage({ stage }: Frame): StartStage | undefined {
  return stage === "import" || stage === "setup" ? stage : undefined;
}

/** The error of an `error` frame; one that says nothing becomes a plain `Error`. */
export function readError(value: unknown, depth = 0): ReportedError {
  const source = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const cause =
    source.cause === undefined || depth >= MAX_CAUSES ? undefined : readError(source.cause, depth + 1);
  const stack = readText(source.stack);
  return {
    name: readText(source.name) ?? "Error",
    message: readText(source.message) ?? "",
    ...(stack === undefined ? {} : { stack }),
    ...(cause === undefined ? {} : { cause }),
  };
}

/** A text, cut; `undefined` for anything else. */
export function readText(value: unknown): string | undefined {
  return typeof value === "string" ? value.slice(0, MAX_TEXT) : undefined;
}
