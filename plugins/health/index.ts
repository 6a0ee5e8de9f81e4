import { setTimeout as sleep } from "node:timers/promises";
import { checkObject } from "../../core/config/check.ts";
import type { HookPayload } from "../../core/contract/hooks.ts";
import { definePlugin } from "../../core/contract/plugin.ts";
import type { Plugin } from "../../core/contract/plugin.ts";
import { followBoard } from "../scoreboard/supervisor/follow.ts";
import { describe } from "./supervisor/describe.ts";
import { openStacks } from "./supervisor/stacks.ts";
import type { Stack } from "./supervisor/stacks.ts";

/** What {@link health} takes. */
export interface HealthOptions {
  /**
   * Also takes the stack of a stuck worker's JavaScript, where its runtime can. It costs each worker a thread.
   * `false` when it is left out.
   */
  stack?: boolean;
}

/** Between two looks at what the system says of a process, at most. */
const BETWEEN_MS = 1_000;
/** The part of the time that is left to a silent worker in which all has to be found out. */
const IN_TIME = 0.85;

/**
 * Finds out what a worker does that says nothing, from outside and before it is killed: the evidence stands in the log
 * and in its exit report. Whether a worker is silent, and when it is killed, is the kernel's to say.
 *
 * @throws PoolError `E_CONFIG` for an option that is not accepted.
 */
export const health: (options?: HealthOptions) => Plugin = definePlugin((options: HealthOptions = {}) => {
  checkObject("health", options, {
    stack: { accepts: "true or false", is: (value) => typeof value === "boolean" },
  });
  return {
    name: "health",
    async setup(pool) {
      const board = followBoard(pool, "health");
      const stacks = options.stack === true ? await openStacks() : undefined;
      const runtimeOf = (group: string) =>
        pool.runtimes.get(pool.config.groups.find(({ name }) => name === group)!.runtime);
      let isClosed = false;

      async function find({ slot, group, epoch, pid, leftMs }: HookPayload<"worker:silent">): Promise<void> {
        const runtime = runtimeOf(group);
        const before = runtime?.figures?.(pid);
        const beganAt = performance.now();
        await sleep(Math.min(BETWEEN_MS, leftMs / 2));
        const betweenMs = performance.now() - beganAt;
        const after = runtime?.figures?.(pid);
        const stack = await stackOf(slot, epoch, beganAt + leftMs * IN_TIME, runtime?.tellsStacks === true);
        if (isClosed) return;
        const findings = {
          before,
          after,
          betweenMs,
          said: board.of(slot, epoch),
          wallNow: Date.now(),
          stack,
        };
        const text = stack?.stack ?? undefined;
        pool.addEvidence(slot, epoch, {
          summary: describe(findings),
          ...(text === undefined ? {} : { stack: text }),
        });
      }

      /** The watchdog looks at about the same time, and may need a while. */
      async function stackOf(
        slot: string,
        epoch: number,
        until: number,
        isTold: boolean,
      ): Promise<Stack | undefined> {
        if (!stacks || !isTold) return undefined;
        for (;;) {
          const left = until - performance.now();
          const stack = stacks.read(slot, epoch);
          if (stack || left <= 0 || isClosed) return stack;
          await sleep(Math.min(50, left));
        }
      }

      if (stacks) {
        pool.decisions.spawnOptions.tap("health", (spawn, { slot, group, epoch }) => {
          if (runtimeOf(group)?.tellsStacks !== true) return spawn;
          return { ...spawn, welcome: { ...spawn.welcome, health: { path: stacks.pathOf(slot, epoch) } } };
        });
      }
      const removers = [
        pool.hooks.hook("worker:silent", find),
        pool.hooks.hook("worker:exited", ({ slot, epoch }) => stacks?.forget(slot, epoch)),
      ];
      return async () => {
        isClosed = true;
        for (const remove of removers) remove();
        board.close();
        await stacks?.close();
      };
    },
  };
});
