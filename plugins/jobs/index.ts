import { mkdtemp, rm, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin } from "../../core/plugin.ts";
import type { Plugin } from "../../core/plugin.ts";
import type { Pool } from "../../core/pool.ts";
import type { Peer } from "./wire/peer.ts";
import { isInnocent } from "./blame.ts";
import { PROGRAMS_SOCKET, servePrograms } from "./programs.ts";
import { registries, Registry } from "./registry.ts";
import { createRequests } from "./requests.ts";

export type { PoolConnection, PoolTarget } from "./connect.ts";

/** What {@link jobs} takes. */
export interface JobsPluginOptions {
  /**
   * A folder that only this user can enter, for the sockets of job workers; it is there. A fresh one in the system's
   * temporary folder, removed at the end, when it is left out.
   */
  directory?: string;
}

/**
 * Brings callers and job workers together: gives each job worker a socket and a secret, and tells both to the groups
 * that list it in `calls`. What they say to each other then does not pass through here.
 */
export const jobs: (options?: JobsPluginOptions) => Plugin = definePlugin(
  (options: JobsPluginOptions = {}) => ({
    name: "jobs",
    async setup(pool) {
      const { groups } = pool.config;
      const called = new Set(groups.flatMap(({ calls }) => calls));
      const callable = groups.filter(({ name, type }) => type === "job" || called.has(name));
      if (callable.length === 0) return undefined;
      const directory = options.directory ?? (await mkdtemp(join(tmpdir(), "poolable-j")));
      const registry = new Registry(
        directory,
        callable.map(({ name, jobs: terms }) => [name, terms]),
      );
      registries.set(pool.decisions, registry);
      const requests = createRequests(pool, registry);
      let isStopping = false;
      // In an ordered pool the callers are not asked to end before those that they call have.
      const isServing = (): boolean => isStopping && pool.config.strategy === "one-for-one";

      pool.decisions.spawnOptions.tap("jobs", (spawn, { group, slot, epoch }) => {
        const { calls, jobs: terms } = groups.find(({ name }) => name === group)!;
        const serve = registry.has(group)
          ? { ...registry.assign(group, slot, epoch, spawn.welcome?.scoreboard as Peer["board"]), terms }
          : undefined;
        if (!serve && calls.length === 0) return spawn;
        return { ...spawn, welcome: { ...spawn.welcome, jobs: { serve, calls } } };
      });
      const forget = pool.hooks.addHooks({
        "worker:frame": (fact: Parameters<typeof requests.take>[0]) => requests.take(fact),
        "slot:state": ({
          group,
          slot,
          epoch,
          to,
        }: {
          group: string;
          slot: string;
          epoch: number;
          to: string;
        }) => {
          // In a pool that stops, they drain last: until their callers have gone.
          if (to !== "draining" || !isServing()) registry.ready(group, slot, epoch, to === "ready");
          if (to === "failed" || to === "permanent")
            registry.setState(group, isDead(pool, group) ? "dead" : "open");
          if (to === "starting") registry.setState(group, "open");
        },
      } as never);
      const removers = [
        forget,
        pool.hooks.hook("exit:classified", ({ group, slot, epoch, report, verdict }) => {
          requests.forget(slot, epoch);
          const path = registry.ended(group, slot, epoch, isInnocent(report, verdict));
          if (path !== undefined) void unlink(path).catch(() => {});
        }),
        pool.hooks.hook("pool:stopping", () => {
          isStopping = true;
          registry.stopping();
          if (!isServing()) return;
          for (const { slot, epoch } of registry.workers())
            pool.answer(slot, epoch, { type: "peers", untilCallersLeave: true });
        }),
      ];
      const closePrograms = await servePrograms(join(directory, PROGRAMS_SOCKET), pool, registry);
      return async () => {
        for (const remove of removers) remove();
        registries.delete(pool.decisions);
        registry.close();
        await closePrograms();
        if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
      };
    },
  }),
);

/** Whether no slot of a group starts by itself again. */
function isDead(pool: Pool, group: string): boolean {
  const found = pool.status().groups.find(({ name }) => name === group);
  return found?.slots.every(({ state }) => state === "failed" || state === "permanent") ?? false;
}
