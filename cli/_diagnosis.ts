import type { PoolConfig, ResolvedGroup } from "../core/config.ts";
import { messageOf } from "../core/errors.ts";
import type { Plugin } from "../core/plugin.ts";
import { resolveConfig } from "../core/resolve.ts";
import type { Runtime } from "../core/runtime.ts";
import { refuseTwins, urlOf } from "../plugins/sockets/addresses.ts";
import { foresee } from "../plugins/sockets/foresee.ts";
import { createPool } from "../index.ts";
import { allRuntimes } from "../runtimes/all.ts";
import { examine, type Examination, type RuntimeFound } from "../runtimes/probes/examine.ts";

/** How a listener would be shared, and why so. */
export interface ForeseenListener {
  readonly name: string;
  readonly at: string;
  /** `null` where a plugin of the config decides. */
  readonly strategy: string | null;
  readonly reason: string;
}

/** What would become of a group of the config on this machine. */
export interface GroupDiagnosis {
  readonly name: string;
  readonly type: string;
  readonly runtime: string;
  readonly min: number;
  readonly max: number;
  readonly listeners: readonly ForeseenListener[];
  /** Why it could not run, one line. */
  readonly problem: string | null;
}

/** What poolable would choose here by itself. */
export interface DefaultChoice {
  readonly about: string;
  readonly choice: string;
  readonly reason: string;
}

/** What `poolable doctor` says. */
export interface Diagnosis extends Examination {
  readonly choices: readonly DefaultChoice[];
  /** `null` when no config was looked at. */
  readonly config: { readonly file: string; readonly groups: readonly GroupDiagnosis[] } | null;
}

/** A config that was read, and its file. */
export interface ReadConfig {
  readonly file: string;
  readonly config: PoolConfig;
}

/**
 * Examines this machine, and says what a pool would choose because of it, group by group where there is a config.
 *
 * @throws PoolError for a config that no machine accepts
 */
export async function diagnose(given?: ReadConfig): Promise<Diagnosis> {
  const { root, executables } = given?.config ?? {};
  const runtimes = allRuntimes({ root, executables });
  // Never started. What no machine accepts is told before anything is examined.
  const pool = given && createPool(given.config, { runtimes }).config;
  if (pool) refuseTwins(pool);
  const examination = await examine(runtimes, { root, executables });
  const found = new Map(
    examination.runtimes.map((each, index) => [
      each.name as string,
      { found: each, runtime: runtimes[index]! },
    ]),
  );
  const plugins = ([given?.config.plugins] as unknown[]).flat(Infinity) as (Plugin | undefined)[];
  const ownSockets = plugins.some((plugin) => plugin?.name === "sockets");
  const groups = pool?.groups.map((group): GroupDiagnosis => {
    const { name, type, runtime, min, max } = group;
    try {
      const { found: here, runtime: port } = found.get(runtime)!;
      const problem = problemOf(group, here, port);
      const listeners = problem === undefined ? listenersOf(group, here, port, ownSockets) : [];
      return { name, type, runtime, min, max, listeners, problem: problem ?? null };
    } catch (error) {
      return { name, type, runtime, min, max, listeners: [], problem: messageOf(error) };
    }
  });
  const choices = [...found.values()].flatMap(({ found: here, runtime }) => choiceOf(here, runtime));
  return {
    ...examination,
    choices: [orphans(examination), ...choices],
    config: given && groups ? { file: given.file, groups } : null,
  };
}

/** What keeps the workers of a group from running, if anything does. */
function problemOf(group: ResolvedGroup, found: RuntimeFound, runtime: Runtime): string | undefined {
  const path = `groups.${group.name}`;
  if (found.problem !== null) return `${path}.runtime: ${found.problem}`;
  const refusal = runtime.refuse?.(group);
  if (refusal) return `${path}.${refusal.key}: ${refusal.reason}`;
  const needs = ["channel", ...(group.listen.length > 0 ? ["inherit"] : [])];
  const failed = found.abilities.find(({ name, can }) => needs.includes(name) && !can);
  return failed && `${path}.runtime: no worker on ${found.title} ${failed.title}: ${failed.reason}`;
}

function listenersOf(
  group: ResolvedGroup,
  found: RuntimeFound,
  runtime: Runtime,
  ownSockets: boolean,
): ForeseenListener[] {
  const foreseen: ForeseenListener[] = [];
  for (const listener of group.listen) {
    const { name } = listener;
    const at = urlOf(listener);
    const choice = ownSockets
      ? { strategy: null, reason: "the config's own plugin sockets decides" }
      : foresee({ group, listener, runtime, abilities: found.sockets! });
    const { strategy, reason } = choice;
    foreseen.push({ name, at, strategy: strategy?.name ?? null, reason });
  }
  return foreseen;
}

/** How a reactor's port is shared when nothing is asked for. */
function choiceOf(found: RuntimeFound, runtime: Runtime): DefaultChoice[] {
  if (found.problem !== null) return [];
  const groups = { reactor: { entry: "entry", runtime: found.name, listen: 3000, workers: 2 } };
  const [group] = resolveConfig({ name: "doctor", groups }, [found.name]).groups;
  const [listener] = listenersOf(group!, found, runtime, false);
  const { strategy, reason } = listener!;
  return [{ about: `a port that workers on ${found.title} share`, choice: strategy!, reason }];
}

function orphans({ deathSignal }: Examination): DefaultChoice {
  const about = "the end of workers whose supervisor was killed";
  if (deathSignal === true)
    return { about, choice: "the system's", reason: "setpriv lets the kernel end them at once" };
  return { about, choice: "their own", reason: `a thread in each looks every 250 ms: ${deathSignal}` };
}
