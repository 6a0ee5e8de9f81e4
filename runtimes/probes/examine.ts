import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { messageOf } from "../../core/contract/errors.ts";
import type { Runtime, SocketAbilities } from "../../core/contract/runtime.ts";
import type { RuntimesOptions } from "../all.ts";
import { findInstalled, isUntried, type Installed } from "../discovery/installed.ts";
import { ownRuntime, runtimeTraits, type RuntimeName } from "../discovery/traits.ts";
import { attempt, type Ability } from "./attempt.ts";
import { probeDeathSignal } from "./death-signal.ts";
import { readLimits, type Limit } from "./limits.ts";
import { probes, UNLISTED } from "./table.ts";

/** Longest time that one probe may take, of a machine that is busy. */
export const PROBE_MS = 15_000;

/** A runtime, as it was found. */
export interface RuntimeFound {
  readonly name: RuntimeName;
  readonly title: string;
  /** What is executed, why that, and its version; `null` when it cannot be used. */
  readonly installed: Installed | null;
  /** Why it cannot be used, one line. */
  readonly problem: string | null;
  /** What is to be said of one that can be used all the same. */
  readonly note: string | null;
  readonly abilities: readonly Ability[];
  readonly sockets: SocketAbilities | null;
}

/** All that was found out about this machine. */
export interface Examination {
  readonly supervisor: { readonly runtime: RuntimeName; readonly version: string; readonly file: string };
  /** The supervisor's own first. */
  readonly runtimes: readonly RuntimeFound[];
  /** Whether the system ends workers with their supervisor: `true`, or why not. */
  readonly deathSignal: true | string;
  readonly limits: readonly Limit[];
}

/**
 * Finds the runtimes and runs every probe on each, all at the same time. Never rejects for what it finds.
 *
 * @param all the runtimes, made with these options; they are prepared and closed afterwards, where they were found.
 */
export async function examine(
  all: readonly Runtime[],
  options: Omit<RuntimesOptions, "directory"> = {},
): Promise<Examination> {
  const folder = await mkdtemp(join(tmpdir(), "poolable-doctor-"));
  try {
    await writeFile(join(folder, UNLISTED), "");
    for (const { entry } of probes) await writeFile(join(folder, entry.file), entry.source);
    const [deathSignal, ...runtimes] = await Promise.all([
      probeDeathSignal(PROBE_MS),
      ...all.map((runtime) => examineOne(runtime, options, folder)),
    ]);
    const version = process.versions[ownRuntime]!;
    const supervisor = { runtime: ownRuntime, version, file: process.execPath };
    return { supervisor, runtimes, deathSignal, limits: readLimits() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function examineOne(
  runtime: Runtime,
  { executables = {}, root = "." }: RuntimesOptions,
  folder: string,
): Promise<RuntimeFound> {
  const name = runtime.name as RuntimeName;
  const { title } = runtimeTraits[name];
  try {
    const where = { given: executables[name], root: resolve(root), env: process.env };
    const [installed] = await Promise.all([findInstalled(name, where), runtime.open()]);
    const [sockets = null, ...abilities] = await Promise.all([
      runtime.socketAbilities?.(),
      ...probes.map((probe) => attempt(runtime, probe, join(folder, probe.entry.file), PROBE_MS)),
    ]);
    const note = isUntried(name, installed.version) ? "newer than any version that was tried" : null;
    return { name, title, installed, problem: null, note, abilities, sockets };
  } catch (error) {
    const problem = messageOf(error);
    return { name, title, installed: null, problem, note: null, abilities: [], sockets: null };
  } finally {
    await runtime.close();
  }
}
