import { isRecord } from "../../../core/config/check.ts";
import type { HookPayload } from "../../../core/contract/hooks.ts";
import type { PluginContext } from "../../../core/contract/plugin-context.ts";
import { workerKey } from "../../../core/contract/slots.ts";
import type { JobsMessage, JobWorkerMessage } from "../wire/messages.ts";
import type { PeersUpdate } from "../wire/peer.ts";
import type { Registry } from "./registry.ts";

type WorkerSaid = HookPayload<"worker:message">;

/** Who watches what: by worker, then by group. */
type Watches = Map<string, Map<string, () => void>>;

/** What a worker can ask and tell; everything in a frame is its word only. */
export interface Requests {
  take(fact: WorkerSaid): void;
  /** The worker is gone. */
  forget(slot: string, epoch: number): void;
}

/** Answers workers, within what the config's `calls` allow. */
export function createRequests(pool: PluginContext, registry: Registry): Requests {
  const watches: Watches = new Map();
  const callsOf = new Map(pool.config.groups.map(({ name, calls }) => [name, calls]));

  function watch({ slot, epoch, group: caller }: WorkerSaid, group: string): void {
    const key = workerKey({ slot, epoch });
    const tell = (update: PeersUpdate): boolean =>
      pool.sendMessage(slot, epoch, { type: "peers", group, ...update } satisfies JobsMessage);
    const refusal = refusalOf(caller, group);
    if (refusal) return void tell({ refusal });
    const own = watches.get(key) ?? new Map<string, () => void>();
    watches.set(key, own);
    own.get(group)?.();
    own.set(group, registry.watch(group, tell));
  }

  function refusalOf(caller: string, group: string): PeersUpdate["refusal"] {
    if (!registry.has(group)) {
      const known = registry.names.join(", ") || "none";
      return {
        code: "UNKNOWN_GROUP",
        message: `no group ${quote(group)} runs jobs; there are ${known}`,
      };
    }
    if (callsOf.get(caller)!.includes(group)) return undefined;
    const message = `group ${caller} may not call ${group}: write calls: ['${group}'] in groups.${caller} of the config`;
    return { code: "CALL_FORBIDDEN", message };
  }

  return {
    take(fact) {
      if (fact.plugin !== "jobs" || !isRecord(fact.message)) return;
      const { slot, epoch, group: caller } = fact;
      // A claim: nothing in it is taken for granted.
      const said = fact.message as Partial<Record<string, unknown>> & Pick<JobWorkerMessage, "type">;
      const group = typeof said.group === "string" ? said.group : "";
      if (said.type === "watch") return watch(fact, group);
      if (said.type === "open") return registry.opened(caller, slot, epoch);
      if (said.type === "ignored") return restartStuck(pool, caller, slot, epoch);
      if (!callsOf.get(caller)!.includes(group)) return;
      if (said.type === "need") needWorker(pool, group, slot, said);
      if (said.type === "stuck") restartStuck(pool, group, said.slot, said.epoch);
    },
    forget(slot, epoch) {
      const key = workerKey({ slot, epoch });
      for (const stop of watches.get(key)?.values() ?? []) stop();
      watches.delete(key);
    },
  };
}

/** Tells that jobs wait and no worker of the group is free. What a caller says of it is taken for what it is. */
export function needWorker(
  pool: PluginContext,
  group: string,
  by: string,
  said: Readonly<Record<string, unknown>>,
): void {
  const positive = (value: unknown, least: number): number =>
    typeof value === "number" && value > least ? Math.min(value, 1e9) : least;
  const waiting = positive(said.waiting, 1);
  pool.emit("scaling:requested", { group, by, waiting, waitedMs: positive(said.waitedMs, 0) });
}

/** An aborted job goes on in a worker: where the group says so, the worker is replaced. */
export function restartStuck(pool: PluginContext, group: string, slot: unknown, epoch: unknown): void {
  const config = pool.config.groups.find(({ name }) => name === group);
  if (config?.jobs.onIgnoredAbort !== "restart") return;
  const status = pool.status().groups.find(({ name }) => name === group);
  const found = status?.slots.find(
    ({ id, epoch: now, state }) => id === slot && now === epoch && state === "ready",
  );
  if (found) pool.restart(found.id).catch((error: unknown) => pool.report("jobs", "ignored abort", error));
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
