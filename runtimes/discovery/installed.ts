import { execFile, type ExecFileException } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { isRecord } from "../../core/config/check.ts";
import { messageOf, PoolError } from "../../core/contract/errors.ts";
import { findExecutables, isExecutable, type Candidate, type LookFor } from "./executable.ts";
import { runtimeTraits, type RuntimeName } from "./traits.ts";
import { isAtLeast } from "./version.ts";

/** A runtime that is here, as it says itself. */
export interface Installed {
  readonly file: string;
  /** Why it is this executable and no other, as half a sentence. */
  readonly because: string;
  readonly version: string;
  /** Whether it runs TypeScript without flags. */
  readonly typescript: boolean;
}

/** What an executable answers. */
interface Answer {
  readonly versions: Readonly<Record<string, string | undefined>>;
  readonly typescript: boolean;
}

/** Bun and Deno name a version of Node too. */
const RUNTIMES = ["bun", "deno", "node"] as const;

/** Longest time that a runtime may take to say its version. */
const ANSWER_MS = 10_000;

const QUESTION =
  "JSON.stringify({ versions: process.versions, typescript: Boolean(process.features.typescript) })";

/**
 * Finds a runtime and asks it for its version. What goes by its name and is another one (Bun puts itself first in the
 * PATH as `node`) is passed over. Rejects with `E_RUNTIME`, in one line with the way out, when there is none, it
 * cannot be executed, or it is too old.
 */
export async function findInstalled(name: RuntimeName, where: LookFor): Promise<Installed> {
  const { title, minimum, install, variable, package: npm } = runtimeTraits[name];
  const wayOut = `set executables.${name} in the config, or ${variable}`;
  const passedOver: string[] = [];
  for (const candidate of findExecutables(name, where)) {
    const { file, because, said } = candidate;
    const { versions, typescript } = await ask(name, candidate);
    const version = versionOf(name, versions);
    if (version === undefined) {
      if (said) throw refusal(name, candidate, `it is ${titleOf(versions)}`);
      passedOver.push(`${file} is ${titleOf(versions)}`);
      continue;
    }
    if (!isAtLeast(version, minimum)) {
      throw new PoolError(
        "E_RUNTIME",
        `${title} ${version} is too old, ${minimum} or newer is needed: ${file} (${because}); ${wayOut}`,
      );
    }
    if (!mayRun(file)) throw refusal(name, candidate, "the supervisor's Deno needs --allow-run for it");
    return { file, because, version, typescript };
  }
  const but = passedOver.length > 0 ? ` (${passedOver.join(", ")})` : "";
  const looked = npm ? `in no node_modules from ${where.root} upward and not on the PATH` : "not on the PATH";
  throw new PoolError(
    "E_RUNTIME",
    `${title} is not installed: it is ${looked}${but}; ${install}, or ${wayOut}`,
  );
}

/** Whether a version is newer than any that was tried. */
export function isUntried(name: RuntimeName, version: string): boolean {
  return isAtLeast(version, runtimeTraits[name].untried);
}

/** Whether the supervisor may start it. Deno asks the person at the terminal otherwise, again for each worker. */
function mayRun(command: string): boolean {
  const { Deno } = globalThis as { Deno?: { permissions: { querySync(what: object): { state: string } } } };
  return !Deno || Deno.permissions.querySync({ name: "run", command }).state === "granted";
}

function refusal(name: RuntimeName, { file, because }: Candidate, why: string, cause?: unknown): PoolError {
  const { title } = runtimeTraits[name];
  return new PoolError("E_RUNTIME", `${file} cannot be run as ${title}: ${why} (${because})`, { cause });
}

async function ask(name: RuntimeName, candidate: Candidate): Promise<Answer> {
  const { file } = candidate;
  const { evaluate } = runtimeTraits[name];
  if (file === process.execPath) {
    const { features, versions } = process as { features: { typescript?: unknown } } & NodeJS.Process;
    return { versions, typescript: Boolean(features.typescript) };
  }
  if (!isExecutable(file)) {
    const why = existsSync(file) ? "it is not executable" : "there is no such executable";
    throw refusal(name, candidate, why);
  }
  let stdout: string;
  try {
    ({ stdout } = await promisify(execFile)(file, [...evaluate, QUESTION], { timeout: ANSWER_MS }));
  } catch (error) {
    throw refusal(name, candidate, whyFailed(error as ExecFileException), error);
  }
  return answerOf(stdout) ?? { versions: {}, typescript: false };
}

/** `undefined` for what no runtime says. */
function answerOf(stdout: string): Answer | undefined {
  try {
    const answer: unknown = JSON.parse(stdout);
    if (!isRecord(answer) || !isRecord(answer.versions)) return undefined;
    const versions = answer.versions as Answer["versions"];
    const isVersion = (name: RuntimeName): boolean => /^\d+\.\d+/.test(String(versions[name] ?? "0.0"));
    if (!RUNTIMES.every(isVersion)) return undefined;
    return { versions, typescript: answer.typescript === true };
  } catch {
    return undefined;
  }
}

function whyFailed(error: ExecFileException): string {
  const { killed, code, signal, stderr = "" } = error;
  if (killed) return `it gave no answer in ${ANSWER_MS / 1_000} s`;
  if (typeof code === "string") return messageOf(error);
  // Bun 1.4 aborts and Deno 2.9 panics at the first look at itself.
  if (process.platform === "linux" && !existsSync("/proc/self"))
    return "it does not run without /proc, and none is mounted";
  const said = stderr.split("\n").find((line) => /[a-z]/i.test(line));
  return `it ended with ${signal ?? `code ${code}`}${said === undefined ? "" : `: ${said.slice(0, 200)}`}`;
}

/** Bun and Deno name a version of Node too, the one that they are compatible with. */
function versionOf(name: RuntimeName, versions: Answer["versions"]): string | undefined {
  const isOther = name === "node" && (versions["bun"] ?? versions["deno"]) !== undefined;
  return isOther ? undefined : versions[name];
}

function titleOf(versions: Answer["versions"]): string {
  const name = RUNTIMES.find((each) => versions[each] !== undefined);
  return name === undefined ? "something else" : runtimeTraits[name].title;
}
