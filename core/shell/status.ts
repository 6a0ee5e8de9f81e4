import type { PluginContext } from "../contract/plugin-context.ts";
import type { PoolStatus, SlotStatus, SlotWaiting } from "../contract/status.ts";
import type { KernelState, Slot } from "../reducer/state/state.ts";
import { isOver } from "../reducer/state/state.ts";

/** Puts the state into the words of `status`. */
export function statusOf(
  state: KernelState,
  { config: pool, strategies }: Pick<PluginContext, "config" | "strategies">,
  process: { readonly pid: number; readonly now: number; readonly startedAt: number | undefined },
): PoolStatus {
  return {
    pool: {
      name: pool.name,
      state: state.pool.state,
      pid: process.pid,
      uptimeMs: Math.round(process.now - (process.startedAt ?? process.now)),
      generation: state.pool.generation,
    },
    groups: pool.groups.map((config) => {
      const group = state.groups.get(config.index);
      const slots = Array.from({ length: group.max }, (_, index) => state.slots.get(group.first + index));
      return {
        name: config.name,
        type: config.type,
        runtime: config.runtime,
        strategy: strategies.get(config.name)?.name ?? null,
        strategyReason: strategies.get(config.name)?.reason ?? null,
        urls: strategies.get(config.name)?.urls ?? [],
        refusing: strategies.get(config.name)?.refusing ?? false,
        stopped: group.stopped,
        desired: group.desired,
        min: group.min,
        max: group.max,
        slots: slots.map((slot) => slotStatus(slot, state.slots.get(slot.twin), process.now)),
      };
    }),
  };
}

function slotStatus(slot: Slot, surge: Slot, now: number): SlotStatus {
  const { state, worker, epoch, generation } = surge;
  return {
    id: slot.id,
    state: slot.state,
    condition: isOver(slot) ? "over" : slot.wanted ? "wanted" : "free",
    pid: slot.worker?.pid ?? null,
    epoch: slot.epoch,
    generation: slot.generation,
    restarts: slot.restarts,
    uptimeMs: slot.worker?.pid ? Math.round(now - slot.worker.spawnedAt) : 0,
    degraded: slot.degraded,
    lastExit: slot.lastExit,
    waiting: waitingOf(slot, now),
    ...(worker ? { overlap: { state, pid: worker.pid ?? null, epoch, generation } } : {}),
  };
}

function waitingOf({ state, deadline, lastExit, ticket }: Slot, now: number): SlotWaiting | null {
  if (state === "backoff" && deadline) {
    const reason = lastExit ? `${lastExit.class}: ${lastExit.reason}` : "it could not be started";
    return { reason, startsInMs: Math.max(0, Math.round(deadline.at - now)) };
  }
  if (ticket === null) return null;
  const reason = ticket < 0 ? "the groups before its own are not ready" : "as many start as may at one time";
  return { reason, startsInMs: null };
}
