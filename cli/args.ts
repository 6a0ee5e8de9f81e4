import type { ArgDef, ArgsDef } from "citty";
import { nearest } from "../core/config/check.ts";
import { PoolError } from "../core/contract/errors.ts";

/**
 * The strict layer over citty, which accepts unknown options in silence, mixes `--` into the positionals and knows
 * no numbers. What comes out of here means the same to citty as to the person who wrote it.
 */

/** Splits the command line at `--`: what follows belongs to the worker. */
export function splitRest(words: readonly string[]): { own: string[]; rest: string[] | undefined } {
  const at = words.indexOf("--");
  return at === -1
    ? { own: [...words], rest: undefined }
    : { own: words.slice(0, at), rest: words.slice(at + 1) };
}

/**
 * Checks the words after a command against its definition, and returns them as citty reads them without loss:
 * every option as one word, then `--`, then the positionals (so that `-1` is one).
 *
 * @throws PoolError `E_USAGE`
 */
export function checkArguments(command: string, definitions: ArgsDef, words: readonly string[]): string[] {
  const names = Object.entries(definitions);
  const positionals = names.filter(([, { type }]) => type === "positional");
  const options = new Map(names.filter(([, { type }]) => type !== "positional"));
  const given = new Map<string, string>();
  const values: string[] = [];

  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (!word.startsWith("-") || word === "-" || /^-\d+$/.test(word)) {
      values.push(word);
      continue;
    }
    const [, name = "", inline] = /^--?([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const option = word.startsWith("--") ? options.get(name) : undefined;
    const negated = option || inline !== undefined ? undefined : options.get(name.replace(/^no-/, ""));
    if (
      negated &&
      word === `--${name}` &&
      (negated as { negativeDescription?: string }).negativeDescription
    ) {
      given.set(name, word);
      continue;
    }
    if (!option) throw unknownOption(command, word, name, [...options.keys()]);
    const before = given.get(name);
    if (before !== undefined && !takesSeveral(option)) throw usage(`--${name} is given twice`);
    const next = optionWord(name, option, inline, queue);
    given.set(name, before === undefined ? next : `${before},${next.slice(`--${name}=`.length)}`);
  }

  const last = positionals.at(-1);
  const takesMore = last !== undefined && takesSeveral(last[1]);
  if (values.length > positionals.length && !takesMore) {
    const wayOut =
      command === "start" ? "arguments of an entry follow `--`" : `see \`poolable ${command} --help\``;
    throw usage(`unexpected argument ${show(values[positionals.length]!)}; ${wayOut}`);
  }
  for (const [index, [name, { required }]] of positionals.entries()) {
    if (required !== false && values[index] === undefined) {
      throw usage(`poolable ${command} needs <${name}>; see \`poolable ${command} --help\``);
    }
  }
  return [...given.values(), "--", ...values];
}

/** A hint that ends in dots stands for any number of values; those of an option are joined with commas. */
function takesSeveral({ valueHint }: ArgDef & { valueHint?: string }): boolean {
  return valueHint?.endsWith("…") === true;
}

/** One option as one word. A value that has to follow is taken from `queue`. */
function optionWord(name: string, option: ArgDef, inline: string | undefined, queue: string[]): string {
  if (option.type === "boolean") {
    if (inline !== undefined) throw usage(`--${name} takes no value`);
    return `--${name}`;
  }
  const next = queue[0];
  const value = inline ?? (next === undefined || /^-(?!\d)/.test(next) ? undefined : queue.shift());
  if (value === undefined || value === "") throw usage(`--${name} needs a value: ${option.description}`);
  return `--${name}=${value}`;
}

/** A whole number within bounds. Throws `E_USAGE`, naming `what` was wrong. */
export function wholeNumber(what: string, text: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw usage(`${what}: ${show(text)} is not a whole number from ${min} to ${max}`);
}

/** The text of an option or positional, `undefined` when it was not given. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** An error in how the command line was written. */
export function usage(message: string): PoolError {
  return new PoolError("E_USAGE", message);
}

/** Text of the command line, quoted and cut for a message. */
export function show(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function unknownOption(command: string, word: string, name: string, known: string[]): PoolError {
  const near = nearest(name, known);
  const all = [...known, "help"].map((option) => `--${option}`).join(", ");
  const hint = near ? `did you mean --${near}?` : `poolable ${command} takes ${all}`;
  return usage(`unknown option ${show(word.split("=")[0]!)}; ${hint}`);
}
