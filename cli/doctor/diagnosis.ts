import { resolveConfig } from "../../core/config/resolve.ts";
import type { PoolConfig, ResolvedGroup } from "../../core/contract/config.ts";
import { messageOf, PoolError } from "../../core/contract/errors.ts";
import type { Plugin } from "../../core/contract/plugin.ts";
import type { Runtime } from "../../core/contract/runtime.ts";
import { createPool } from "../../index.ts";
import { refuseTwins, urlOf } from "../../plugins/sockets/addresses.ts";
import { foresee, type Foreseen } from "../../plugins/sockets/preview.ts";
import { allRuntimes } from "../../runtimes/all.ts";
import type { Ability } from "../../runtimes/probes/attempt.ts";
import { examine, type Examination, type RuntimeFound } from "../../runtimes/probes/examine.ts";

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
  const all: Foreseen = {
    config: pool ?? { groups: [] },
    runtimes: new Map(runtimes.map((runtime) => [runtime.name, runtime])),
    abilities: new Map(
      examination.runtimes.flatMap(({ name, sockets }) => (sockets ? [[name, sockets]] : [])),
    ),
  };
  const plugins = ([given?.config.plugins] as unknown[]).flat(Infinity) as (Plugin | undefined)[];
  const ownSockets = plugins.some((plugin) => plugin?.name === "sockets");
  const groups = pool?.groups.map((group): GroupDiagnosis => {
    const { name, type, runtime, min, max } = group;
    const about = { name, type, runtime, min, max };
    try {
      const found = examination.runtimes.find((each) => each.name === runtime)!;
      refuseUnable(group, found, all.runtimes.get(runtime)!);
      const listeners = listenersOf(group, all, ownSockets);
      for (const { strategy } of listeners) refuseDeaf(group, found, strategy);
      return { ...about, listeners, problem: null };
    } catch (error) {
      return { ...about, listeners: [], problem: messageOf(error) };
    }
  });
  const choices = examination.runtimes.flatMap((found) => choicesOf(found, all));
  return {
    ...examination,
    choices: [orphans(examination), ...choices],
    config: given && groups ? { file: given.file, groups } : null,
  };
}

/** Throws what keeps the workers of a group from running, if anything does. */
function refuseUnable(
  group: ResolvedGroup,
  { problem, abilities, title }: RuntimeFound,
  runtime: Runtime,
): void {
  const path = `groups.${group.name}`;
  if (problem !== null) throw new PoolError("E_RUNTIME", `${path}.runtime: ${problem}`);
  const refusal = runtime.refuse?.(group);
  if (refusal) throw new PoolError("E_RUNTIME", `${path}.${refusal.key}: ${refusal.reason}`);
  refuseInability(group, abilities, title, "channel");
}

/** Throws when workers cannot do what a strategy asks of them. */
function refuseDeaf(group: ResolvedGroup, found: RuntimeFound, strategy: string | null): void {
  if (strategy === null) return;
  refuseInability(group, found.abilities, found.title, strategy === "reuse-port" ? "reusePort" : "inherit");
}

function refuseInability(
  group: ResolvedGroup,
  abilities: readonly Ability[],
  title: string,
  needed: string,
): void {
  const failed = abilities.find(({ name, can }) => name === needed && !can);
  if (!failed) return;
  const why = `no worker on ${title} ${failed.title}: ${failed.reason}`;
  throw new PoolError("E_RUNTIME", `groups.${group.name}.runtime: ${why}`);
}

function listenersOf(group: ResolvedGroup, all: Foreseen, ownSockets: boolean): ForeseenListener[] {
  const foreseen: ForeseenListener[] = [];
  for (const listener of group.listen) {
    const { name } = listener;
    const at = urlOf(listener);
    const choice = ownSockets ? DECIDED_BY_PLUGIN : foresee(all, { group, listener });
    foreseen.push({ name, at, strategy: choice.strategy?.name ?? null, reason: choice.reason });
  }
  return foreseen;
}

const DECIDED_BY_PLUGIN = { strategy: null, reason: "the config's own plugin sockets decides" } as const;

/** How the port of a reactor is shared when no strategy is asked for. */
function choicesOf({ name, title, problem }: RuntimeFound, all: Foreseen): DefaultChoice[] {
  if (problem !== null) return [];
  const listen = { "": 3000, ", preferring what is fast": { port: 3001, prefer: "fast" } } as const;
  return Object.entries(listen).map(([how, listener]) => {
    const about = `a port that workers on ${title} share${how}`;
    const groups = { reactor: { entry: "entry", runtime: name, listen: listener, workers: 2 } };
    const config = resolveConfig({ name: "doctor", groups }, [name]);
    try {
      const [{ strategy, reason }] = listenersOf(config.groups[0]!, { ...all, config }, false) as [
        ForeseenListener,
      ];
      return { about, choice: strategy!, reason };
    } catch (error) {
      return { about, choice: "none", reason: messageOf(error).replace("groups.reactor.", "") };
    }
  });
}

function orphans({ deathSignal }: Examination): DefaultChoice {
  const about = "the end of workers whose supervisor was killed";
  if (deathSignal === true)
    return { about, choice: "the system's", reason: "setpriv lets the kernel end them at once" };
  return { about, choice: "their own", reason: `a thread in each looks every 250 ms: ${deathSignal}` };
}
