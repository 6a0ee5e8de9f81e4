import { fileURLToPath } from "node:url";
import type { ReportedError } from "../core/contract/exit.ts";

/** Characters of one text, and depth of causes, that an error frame carries. */
const MAX_TEXT = 8 * 1024;
const MAX_CAUSES = 10;

/** What is wrong with how a worker is written or configured. Its line says all: where it was thrown is of no use. */
export class Mistake extends TypeError {}

/** Where this half of the worker lies, and what is the runtime's own: frames that tell a user nothing. */
const OWN = [fileURLToPath(new URL(".", import.meta.url)), import.meta.url.replace(/[^/]*$/, "")];
const INTERNAL = /[( ](?:node:internal\/|ext:|native:|internal:)/;

/** Prints an error of the entry, with the frames of the user's code alone where it has any. */
export function printError(thrown: unknown): void {
  try {
    if (thrown instanceof Error && typeof thrown.stack === "string") thrown.stack = withoutOwn(thrown.stack);
  } catch {
    // Its stack cannot be read or written: it is printed as it is.
  }
  console.error(thrown);
}

function withoutOwn(stack: string): string {
  const isFrame = (line: string): boolean => /^\s+at /.test(line);
  const isOwn = (line: string): boolean => INTERNAL.test(line) || OWN.some((place) => line.includes(place));
  const lines = stack.split("\n");
  if (!lines.some((line) => isFrame(line) && !isOwn(line))) return stack;
  return lines.filter((line) => !isFrame(line) || !isOwn(line)).join("\n");
}

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
