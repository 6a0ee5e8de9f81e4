import type { Rule } from "./check.ts";
import { rule } from "./rules.ts";

/** The longest name of a pool, a group or a listener. */
export const MAX_NAME_LENGTH = 40;

const NAME = /^[A-Za-z0-9_][\w.-]{0,39}$/;

/** The rule for the names of pools, groups and listeners. */
export const nameRule: Rule = rule(
  "1 to 40 letters, digits, '.', '_' or '-', the first a letter or digit",
  (value) => typeof value === "string" && NAME.test(value),
);

/** Returns whether `name` can name a pool. A pool's folder has its name, so `..`, which would leave the folder of the user, is none. */
export function isPoolName(name: unknown): name is string {
  return nameRule.is(name);
}
