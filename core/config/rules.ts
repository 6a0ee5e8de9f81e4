import { LONGEST, parseDuration } from "../contract/duration.ts";
import type { Rule } from "./check.ts";

/** Rules that config values of several places share. */

/** Makes a rule: the words for what is accepted, and the check. */
export const rule = (accepts: string, is: (value: unknown) => boolean): Rule => ({ accepts, is });

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";

/** Text that is not empty. */
export const text: Rule = rule("text", isText);

/** A list of texts, which may be empty ones. */
export const texts: Rule = rule(
  "a list of texts",
  (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
);

/** A whole number within bounds. Without `max`, any from `min`. */
export function whole(min: number, max: number = Number.MAX_SAFE_INTEGER): Rule {
  const to = max === Number.MAX_SAFE_INTEGER ? "" : ` to ${max}`;
  return rule(
    `a whole number from ${min}${to}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
  );
}

/** One of some texts. */
export function oneOf(...values: readonly string[]): Rule {
  return rule(values.map((value) => `'${value}'`).join(", "), (value) => values.includes(value as string));
}

/** A length of time above 0. */
export const duration: Rule = rule(
  `milliseconds or text such as '30s', ${LONGEST}`,
  (value) => (parseDuration(value) ?? 0) > 0,
);

/** A length of time that may be 0. */
export const durationFromZero: Rule = rule(duration.accepts, (value) => parseDuration(value) !== undefined);
