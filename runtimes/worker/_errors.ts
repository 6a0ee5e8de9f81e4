import type { ReportedError } from "../../core/exit.ts";

/** Characters of one text, and depth of causes, that an error frame carries. */
const MAX_TEXT = 8 * 1024;
const MAX_CAUSES = 10;

/** What is wrong with how a worker is written or configured. Its line says all: where it was thrown is of no use. */
export class Mistake extends TypeError {}

/** Anything that was thrown, in a form that can cross to the supervisor. Never throws, whatever its getters do. */
export function reportedError(thrown: unknown, depth: number = 0): ReportedError {
  try {
    if (!(thrown instanceof Error)) return { name: "Thrown", message: cut(String(thrown)) };
    const { name, message, stack, cause } = thrown;
    return {
      name: cut(String(name)),
      message: cut(String(message)),
      ...(typeof stack === "string" ? { stack: cut(stack) } : {}),
      ...(cause !== undefined && depth < MAX_CAUSES ? { cause: reportedError(cause, depth + 1) } : {}),
    };
  } catch {
    return { name: "Error", message: "an error that cannot be read" };
  }
}

/** The message of anything thrown, on one line of at most 1,024 characters. */
export function reasonOf(thrown: unknown): string {
  const { name, message } = reportedError(thrown);
  return oneLine(message || name);
}

/** Text as a goodbye carries it. */
export function oneLine(text: string): string {
  return text.slice(0, 1024).replaceAll("\r", " ").replaceAll("\n", " ");
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : text.slice(0, MAX_TEXT);
}
