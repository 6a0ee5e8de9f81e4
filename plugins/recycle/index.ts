import { parseDuration } from "../../core/contract/duration.ts";
import { PoolError } from "../../core/contract/errors.ts";
import type { PluginContext } from "../../core/contract/plugin-context.ts";
import { definePlugin } from "../../core/contract/plugin.ts";
import type { Plugin } from "../../core/contract/plugin.ts";
import type { GroupStatus, SlotStatus } from "../../core/contract/status.ts";
import { followBoard } from "../scoreboard/supervisor/follow.ts";
import type { BoardView } from "../scoreboard/supervisor/follow.ts";
import { checkOptions, draw, limitsOf, reached } from "./limits.ts";
import type { Limits, Measured, Reached, RecycleOptions } from "./limits.ts";
import { createRetries } from "./retries.ts";

export type { RecycleLimits, RecycleOptions } from "./limits.ts";

/** Looks that every worker outlives: with a limit that is too low the group is not replaced without end. */
const LEAST_LOOKS = 12;
/** The longest time that `setInterval` takes, 24.8 days: with a longer one it fires without end. Milliseconds. */
const MAX_INTERVAL_MS = 2 ** 31 - 1;

/** A worker that has reached a limit. */
interface Due extends Reached {
  readonly slot: string;
  readonly group: string;
  readonly epoch: number;
}

/**
 * Replaces workers that have reached a limit: `recycle({ requests: 10_000, memory: "512MiB" })`. One at a time in each
 * group, the one that is furthest past its limit first; its successor is ready before it drains, and nothing counts as a
 * failure. A successor that does not come up leaves the old worker where it is.
 *
 * @throws PoolError `E_CONFIG` for an option that is not accepted.
 */
export const recycle: (options: RecycleOptions) => Plugin = definePlugin((options: RecycleOptions) => {
  checkOptions(options);
  const everyMs = parseDuration(options.every ?? "5s")!;
  return {
    name: "recycle",
    setup(pool) {
      const names = pool.config.groups.map(({ name }) => name);
      const limits = limitsOf(options, names);
      const board = followBoard(pool, "recycle");
      const retries = createRetries();
      const drawn = new Map<string, { readonly epoch: number; readonly own: Measured }>();
      /** What is being replaced in each group, and whether it has begun. */
      const current = new Map<string, { readonly due: Due; hasBegun: boolean }>();

      let isReloading = false;
      const ended = ({ slot }: { readonly slot?: string | undefined }): void => {
        if (slot === undefined) isReloading = false;
      };

      function ownLimits({ id, epoch }: SlotStatus, of: Limits): Measured {
        const found = drawn.get(id);
        if (found?.epoch === epoch) return found.own;
        const own = draw(of, Math.random());
        drawn.set(id, { epoch, own });
        return own;
      }

      function judge(group: GroupStatus, slot: SlotStatus, of: Limits): Due | undefined {
        const { id, epoch, state, overlap, uptimeMs } = slot;
        if (state !== "ready" || overlap || uptimeMs < LEAST_LOOKS * everyMs) return undefined;
        if (!retries.mayTry(id, performance.now())) return undefined;
        const own = ownLimits(slot, of);
        const found = reached(own, measure(pool, board, group, slot, own.memory !== undefined));
        return found && { ...found, slot: id, group: group.name, epoch };
      }

      function look(): void {
        const { pool: whole, groups } = pool.status();
        if (isReloading || whole.state !== "running") return;
        for (const group of groups) {
          const of = limits.get(group.name);
          if (!of || current.has(group.name)) continue;
          const due = group.slots.flatMap((slot) => judge(group, slot, of) ?? []);
          const [furthest] = due.toSorted((one, other) => other.part - one.part);
          if (furthest) void replace(furthest);
        }
      }

      async function replace(due: Due): Promise<void> {
        const turn = { due, hasBegun: false };
        current.set(due.group, turn);
        try {
          await pool.replace(due.slot);
          retries.succeeded(due.slot);
        } catch (error) {
          // What went wrong on the way the pool has told. What is just not possible now is tried again.
          const isRefused = error instanceof PoolError && error.code === "E_RESTART_REFUSED";
          if (turn.hasBegun || !isRefused) retries.failed(due.slot, performance.now());
          if (!turn.hasBegun && !isRefused) pool.report("recycle", due.slot, error);
        } finally {
          current.delete(due.group);
        }
      }

      const removers = [
        pool.hooks.hook("reload:started", ({ slot, groups: [group] }) => {
          if (slot === undefined) isReloading = true;
          const turn = current.get(group!);
          if (!turn || slot !== turn.due.slot) return;
          turn.hasBegun = true;
          const { part: _part, ...fact } = turn.due;
          pool.emit("worker:recycling", fact);
        }),
        pool.hooks.hook("reload:done", ended),
        pool.hooks.hook("reload:rolledback", ended),
      ];
      const timer = setInterval(look, Math.min(everyMs, MAX_INTERVAL_MS));
      timer.unref();
      return () => {
        clearInterval(timer);
        for (const remove of removers) remove();
        board.close();
      };
    },
  };
});

/** What is known of a worker's life so far. */
function measure(
  pool: PluginContext,
  board: BoardView,
  { runtime }: GroupStatus,
  { id, epoch, pid, uptimeMs }: SlotStatus,
  needsMemory: boolean,
): Measured {
  const said = board.of(id, epoch);
  const seen = needsMemory && pid !== null ? pool.runtimes.get(runtime)?.figures?.(pid)?.rss : undefined;
  return {
    requests: said?.requests,
    jobs: said && said.jobsProcessed + said.jobsFailed,
    age: uptimeMs,
    // The system knows better than the worker, also when that says nothing.
    memory: seen ?? said?.rss,
  };
}
