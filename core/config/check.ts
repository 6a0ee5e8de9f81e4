import { PoolError } from "../contract/errors.ts";

/** Whether a value is accepted, and the words for what would be. */
export interface Rule {
  readonly accepts: string;
  is(value: unknown): boolean;
}

/** Throws `E_CONFIG` in one line: the key, the value, and what is accepted. Of an `env` only the type is shown. */
export function refuse(key: string, value: unknown, accepts: string): never {
  const shown = /(^|\.)env(\.|$)/.test(key) ? typeOf(value) : show(value);
  throw new PoolError("E_CONFIG", `${plain(key)}: ${shown} is not accepted; expected ${accepts}`);
}

/** Checks one value. Throws as {@link refuse} does. */
export function checkValue(key: string, value: unknown, { accepts, is }: Rule): void {
  if (!is(value)) refuse(key, value, accepts);
}

/**
 * Checks an object against its rules, key by key. An unknown key is refused with the nearest known one: a
 * misspelt option must never be a silent one.
 */
export function checkObject(path: string, value: unknown, rules: Readonly<Record<string, Rule>>): void {
  if (!isRecord(value)) refuse(path || "config", value, "an object");
  for (const key of Object.keys(value)) {
    const full = path ? `${path}.${key}` : key;
    const rule = Object.hasOwn(rules, key) ? rules[key]! : undefined;
    if (!rule) {
      const near = nearest(key, Object.keys(rules));
      const hint = near ? `did you mean ${near}?` : `known keys are ${Object.keys(rules).join(", ")}`;
      throw new PoolError("E_CONFIG", `${plain(full)}: unknown key; ${hint}`);
    }
    if (value[key] !== undefined && !rule.is(value[key])) refuse(full, value[key], rule.accepts);
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The known word within two typing mistakes of `word`, if there is one. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = 3;
  for (const candidate of known) {
    const far = distance(word.toLowerCase(), candidate.toLowerCase());
    if (far < least) [best, least] = [candidate, far];
  }
  return best;
}

/** Levenshtein distance, row by row. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** A key is the user's text: a message stays one line, and says nothing to a terminal. */
function plain(key: string): string {
  return key.replace(/\p{Cc}/gu, "?");
}

function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value === "number") return String(value);
  try {
    const text = JSON.stringify(value, withoutSecrets) ?? String(value);
    return text.length > 60 ? `${text.slice(0, 57)}…` : text;
  } catch {
    return typeof value;
  }
}

/** Values of an environment are secrets: no message shows one, wherever in a config it stands. */
function withoutSecrets(key: string, value: unknown): unknown {
  return key === "env" ? "…" : value;
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  return `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}
