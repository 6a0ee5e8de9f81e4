import type { ResolvedGroup } from "../../core/contract/config.ts";
import { DEFAULT_TAP } from "../../core/contract/decisions.ts";
import { parseDuration } from "../../core/contract/duration.ts";
import { PoolError } from "../../core/contract/errors.ts";
import type { PluginContext } from "../../core/contract/plugin-context.ts";
import { definePlugin } from "../../core/contract/plugin.ts";
import type { Plugin } from "../../core/contract/plugin.ts";
import type { SocketAbilities } from "../../core/contract/runtime.ts";
import { type ListenerOf, partnersOf, refuseTwins, urlOf } from "./addresses.ts";
import { createAdoption } from "./adoption.ts";
import { createTrials, type ServingFact } from "./bake-time.ts";
import { choose, preference, type Preference } from "./choose-strategy.ts";
import { NO_HANDOFF } from "./handoff.ts";
import { createRefusing } from "./refusing.ts";
import { reusePort } from "./reuse-port.ts";
import { ring } from "./ring.ts";
import { followSecure } from "./secure.ts";
import { shared, shareOne } from "./shared.ts";
import { PassedSockets } from "./socket-activation.ts";
import type { ListenerRequest, SharedListener, SocketStrategy } from "./strategy.ts";

export type { ListenerOf } from "./addresses.ts";
export type { ListenerRequest, SharedListener, SocketStrategy } from "./strategy.ts";

/** What {@link sockets} takes. */
export interface SocketsOptions {
  /** Strategies beside the built-in ones; one of a built-in's name replaces it. */
  strategies?: readonly SocketStrategy[];
  /** Names of strategies for listeners that ask for none, the best first. `ring` for reactors, then `shared`. */
  prefer?: readonly string[];
}

/** One listener that is open, and how. */
interface Opened extends SharedListener {
  readonly strategy: SocketStrategy;
  readonly reason: string;
}

/** How long connections wait while no worker is ready, where a listener does not say. */
const REFUSE_AFTER = "10s";

/** The strategies that are there without any option. */
export const builtin: readonly SocketStrategy[] = [ring, shared, reusePort];

const PASSED =
  "the socket was passed to the supervisor, and its fastest server binds one of its own: leave it out";

/** How long a new worker serves beside the old one, of the time for which it must have been ready before. */
const TRIAL = 0.5;

const UNSAID = "its runtime does not say that it can";

/** Of a runtime that says nothing about its sockets. */
export const UNABLE: SocketAbilities = {
  open: true,
  openReusePort: UNSAID,
  bindReusePort: UNSAID,
  serveInherited: true,
  migrateQueue: UNSAID,
};

/**
 * Opens what groups declare as `listen`, before the first worker starts, hands it on to every worker, and sees to
 * it that no socket is left without somebody who accepts on it.
 */
export const sockets: (options?: SocketsOptions) => Plugin = definePlugin((options: SocketsOptions = {}) => ({
  name: "sockets",
  async setup(pool) {
    const strategies = new Map<string, SocketStrategy>();
    for (const each of [...builtin, ...(options.strategies ?? [])]) strategies.set(each.name, each);
    const abilities = await abilitiesOf(pool);
    const open = new Map<string, Opened[]>();
    const ableOf = (runtime: string): SocketAbilities => abilities.get(runtime) ?? UNABLE;
    const requestOf = (group: ResolvedGroup, listener: ListenerRequest["listener"]): ListenerRequest => {
      const runtime = pool.runtimes.get(group.runtime)!;
      const partners = partnersOf(pool.config, { group, listener });
      return { group, listener, runtime, abilities: ableOf(group.runtime), partners };
    };

    pool.decisions.canShareSocket.tap(DEFAULT_TAP, ({ strategy: name, group: inGroup, listener: asked }) => {
      const strategy = strategies.get(name);
      if (!strategy && name === "handoff") return NO_HANDOFF;
      if (!strategy) return `there is no such strategy; known are ${[...strategies.keys()].join(", ")}`;
      const group = pool.config.groups.find((each) => each.name === inGroup)!;
      const listener = group.listen.find((each) => each.name === asked.name)!;
      return strategy.refusal(requestOf(group, listener)) ?? true;
    });
    pool.decisions.spawnOptions.tap("sockets", (spawn, { group, slot, seat }) => {
      const held = seat === "surge";
      const inherited = (open.get(group) ?? []).flatMap((listener) =>
        listener.inherited(slot).map((socket) => ({ ...socket, held })),
      );
      return { ...spawn, listeners: [...spawn.listeners, ...inherited] };
    });
    /** Why a group has to keep its number of workers; `undefined` when it has not. */
    const fixedBy = (group: string): string | undefined => {
      const fixed = open.get(group)?.find(({ strategy }) => !strategy.scalable)?.strategy;
      if (!fixed) return undefined;
      const why = fixed.fixedBecause ?? "it cannot change the number of workers while the socket is open";
      return `its socket is shared by '${fixed.name}', and ${why}`;
    };
    pool.decisions.refuseScale.tap("sockets", ({ group, from, to }) => {
      const why = fixedBy(group);
      return why && `group ${group} stays at ${from}, not ${to}: ${why}`;
    });
    // Late: what it takes of the time to be ready is known then.
    pool.decisions.reloadPlan.tap({ name: "sockets", stage: 500 }, (asked, { group, hard }) => {
      const plan = open.has(group) ? { trialMs: asked.minReadyMs * TRIAL, ...asked } : asked;
      // A soft one takes a worker more than there are.
      const why = hard ? undefined : fixedBy(group);
      return why ? { ...plan, refusal: `${why}; a hard reload keeps the number` } : plan;
    });

    refuseTwins(pool.config);
    const passed = new PassedSockets(
      [...pool.runtimes.values()].flatMap((runtime) => runtime.takePassedListeners?.() ?? []),
    );
    const removers: (() => void)[] = [];
    const close = (): void => {
      for (const remove of removers) remove();
      for (const listener of [...open.values()].flat()) listener.close();
      open.clear();
    };
    // With the last worker's copy the socket is gone, and who connects is refused: nobody would answer.
    removers.push(pool.hooks.hook("pool:stopping", close));
    try {
      const known = new Map<ListenerRequest["listener"], Opened>();
      /** By group and listener. */
      const urls = new Map<string, string>();
      const adopters: ((fact: ServingFact) => void)[] = [];
      for (const group of pool.config.groups) {
        const partners = new Set<string>();
        for (const listener of group.listen) {
          const request = requestOf(group, listener);
          for (const partner of request.partners) partners.add(partner.group.name);
          const before = known.get(request.partners[0]!.listener);
          const opened = before
            ? joined(before, request)
            : await openOne(pool, request, passed, strategies, () =>
                preference(request, ableOf, strategies, options.prefer ?? preferred(request.partners)),
              );
          known.set(listener, opened);
          if (!before) removers.push(...refuse(pool, request, opened));
          open.set(group.name, [...(open.get(group.name) ?? []), opened]);
          if (opened.opened.path === undefined)
            urls.set(`${group.name} ${listener.name}`, urlOf(opened.opened));
          tell(pool, group.name, listener.name, open.get(group.name)!, opened);
        }
        const adoptions = (open.get(group.name) ?? []).flatMap((listener) => listener.adoptions ?? []);
        if (adoptions.length === 0) continue;
        partners.delete(group.name);
        const most = Math.min(...adoptions);
        adopters.push(createAdoption({ pool, group: group.name, partners: [...partners], adoptions: most }));
      }
      const serving = (fact: ServingFact): void => adopters.forEach((adopt) => adopt(fact));
      for (const name of open.keys()) removers.push(createTrials(pool, name, serving));
      removers.push(followSecure(pool, (group, name) => urls.get(`${group} ${name}`)));
      for (const line of passed.refuseRest()) pool.report("sockets", "activation", new Error(line));
    } catch (error) {
      passed.refuseRest();
      close();
      throw error;
    }
    return close;
  },
}));

async function openOne(
  pool: PluginContext,
  request: ListenerRequest,
  passed: PassedSockets,
  strategies: ReadonlyMap<string, SocketStrategy>,
  prefer: () => Preference,
): Promise<Opened> {
  const { group, listener, partners } = request;
  const preferred = prefer();
  const at = `groups.${group.name}.listen`;
  const socket = passed.take(group.name, listener);
  if (socket) {
    if (preferred.key) throw new PoolError("E_CONFIG", `${at}${preferred.key}: 'fast': ${PASSED}`);
    return {
      ...shareOne(socket, listener),
      strategy: shared,
      reason: "the socket was passed to the supervisor",
    };
  }
  const { strategy, reason } = choose(pool, request, strategies, preferred);
  const other = partners.find((each) => each.group !== group);
  if (other && !strategy.joins) {
    const both = `groups ${group.name} and ${other.group.name} both listen there`;
    throw new PoolError("E_CONFIG", `${at}: ${both}, which the strategy '${strategy.name}' cannot share`);
  }
  try {
    return { ...(await strategy.open(request)), strategy, reason };
  } catch (error) {
    if (!(error instanceof PoolError)) throw error;
    throw new PoolError(error.code, `${at}: ${error.message}`, { cause: error });
  }
}

/** Refuses connections while no worker is ready, where the strategy can. Returns what ends that. */
function refuse(
  pool: PluginContext,
  { listener, partners }: ListenerRequest,
  opened: Opened,
): (() => void)[] {
  const { renew, renewsBesideWorkers, opened: address } = opened;
  const { refuseAfter = REFUSE_AFTER } = listener;
  if (!renew || refuseAfter === false) return [];
  const groups = [...new Set(partners.map(({ group }) => group.name))];
  const afterMs = parseDuration(refuseAfter)!;
  return [
    createRefusing({
      pool,
      groups,
      at: urlOf(address),
      afterMs,
      listener: { renew, ...(renewsBesideWorkers === undefined ? {} : { renewsBesideWorkers }) },
    }),
  ];
}

/** The listener of one more group on an address that is open; closed by the group that opened it. */
function joined(before: Opened, { listener, partners }: ListenerRequest): Opened {
  return {
    ...before,
    reason: `${before.reason}; the socket of group ${partners[0]!.group.name}`,
    inherited: (slot) => before.inherited(slot).map((socket) => ({ ...socket, name: listener.name })),
    close() {},
  };
}

function tell(
  pool: PluginContext,
  group: string,
  name: string,
  all: readonly Opened[],
  { opened, ...how }: Opened,
): void {
  const { strategy, reason } = how;
  const unique = (texts: string[]): string => [...new Set(texts)].join(", ");
  const names = unique(all.map((listener) => listener.strategy.name));
  const urls = all.map((listener) => urlOf(listener.opened));
  pool.strategies.set(group, { name: names, reason: unique(all.map((listener) => listener.reason)), urls });
  pool.emit("listener:opened", { group, name, strategy: strategy.name, reason, at: urlOf(opened) });
}

/**
 * A reactor is there for its connections, so they are spread evenly where that can be. What loses connections is for
 * a supervisor that can open no sockets.
 */
export function preferred(all: readonly ListenerOf[]): readonly string[] {
  const both = [shared.name, reusePort.name];
  return all.some(({ group }) => group.type === "reactor") ? [ring.name, ...both] : both;
}

async function abilitiesOf(pool: PluginContext): Promise<ReadonlyMap<string, SocketAbilities>> {
  const found = new Map<string, SocketAbilities>();
  for (const { runtime: name, listen } of pool.config.groups) {
    const runtime = pool.runtimes.get(name)!;
    if (listen.length === 0 || found.has(name) || !runtime.socketAbilities) continue;
    found.set(name, await runtime.socketAbilities());
  }
  return found;
}
