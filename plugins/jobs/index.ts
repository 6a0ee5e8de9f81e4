import { rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { namedUser } from "../../core/config/users.ts";
import { definePlugin } from "../../core/contract/plugin.ts";
import type { Plugin } from "../../core/contract/plugin.ts";
import type { Pool } from "../../core/contract/pool.ts";
import { otherUser } from "../../system/other-user.ts";
import { makeTemporary } from "../../system/temporary.ts";
import { allowJobs } from "./supervisor/allow-list.ts";
import { isInnocent } from "./supervisor/exit-attribution.ts";
import { servePrograms } from "./supervisor/external-clients.ts";
import { openPlaces, openPlacesOf, type Places } from "./supervisor/places.ts";
import { registries, Registry } from "./supervisor/registry.ts";
import { createRequests } from "./supervisor/requests.ts";
import type { JobsMessage } from "./wire/messages.ts";
import type { Peer } from "./wire/peer.ts";

export type { ConnectionState, PoolConnection, PoolTarget } from "./connect/connect.ts";

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
    // Callers are told where each worker's record is on it.
    after: ["scoreboard"],
    async setup(pool) {
      const { groups } = pool.config;
      const called = new Set(groups.flatMap(({ calls }) => calls));
      const callable = groups.filter(({ name, type }) => type === "job" || called.has(name));
      if (callable.length === 0) return undefined;
      const directory = options.directory ?? (await makeTemporary("j"));
      const own = await openPlaces(directory);
      const user = otherUser(namedUser(groups));
      const users = user && (await openPlacesOf(user));
      // Callers of a group run as the same user.
      const placesOf = (group: string): Places =>
        users && groups.find(({ name }) => name === group)!.user !== undefined ? users : own;
      const registry = new Registry(
        callable.map(({ name, jobs: terms }) => [name, terms, placesOf(name).folder]),
      );
      registries.set(pool.decisions, { registry, context: pool });
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
        const places = placesOf(group);
        places.restore();
        if (serve) rmSync(serve.path, { force: true });
        const callees = groups.filter(({ name }) => calls.includes(name));
        // What is listed is all that there is, else.
        const permissions =
          spawn.permissions === "all"
            ? spawn.permissions
            : allowJobs(spawn.permissions, places.folder, [
                ...(serve ? [serve.path] : []),
                ...callees.flatMap(({ name, max }) => registry.places(name, max)),
              ]);
        return { ...spawn, permissions, welcome: { ...spawn.welcome, jobs: { serve, calls } } };
      });
      const forget = pool.hooks.addHooks({
        "worker:message": (fact: Parameters<typeof requests.take>[0]) => requests.take(fact),
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
          // At once, because the next worker of the slot listens there.
          if (path !== undefined) rmSync(path, { force: true });
        }),
        pool.hooks.hook("pool:stopping", () => {
          isStopping = true;
          registry.stopping();
          if (!isServing()) return;
          for (const { slot, epoch } of registry.workers())
            pool.sendMessage(slot, epoch, { type: "untilCallersLeave" } satisfies JobsMessage);
        }),
      ];
      const closePrograms = await servePrograms(directory, pool, registry);
      return async () => {
        for (const remove of removers) remove();
        registries.delete(pool.decisions);
        registry.close();
        await closePrograms();
        await Promise.all([own.remove(), users?.remove()]);
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
