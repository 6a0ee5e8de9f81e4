import type { HookPayload } from "../../core/contract/hooks.ts";
import type { PluginContext } from "../../core/contract/plugin-context.ts";
import { workerKey } from "../../core/contract/slots.ts";
import type { SharedListener } from "./strategy.ts";

/** The states in which a slot has a process, which holds the sockets that it has inherited. */
const LIVE: ReadonlySet<string> = new Set(["starting", "ready", "draining", "stopping", "killing"]);

/** How long a renewal that failed waits before it is tried again. */
const RETRY_MS = 1_000;

/** What {@link createRefusing} is given. */
export interface RefusingOptions {
  readonly pool: Pick<PluginContext, "hooks" | "emit" | "report" | "replace" | "strategies">;
  /** All groups on the address. */
  readonly groups: readonly string[];
  readonly at: string;
  /** Milliseconds without a ready worker. */
  readonly afterMs: number;
  readonly listener: Pick<SharedListener, "renewsBesideWorkers"> & { renew(): Promise<void> };
}

/**
 * Refuses connections to an address while no worker has been ready for some time: its sockets are replaced by ones on
 * which nobody listens, so that the system refuses whoever connects, and the port stays with the supervisor. The first
 * worker that listens on them opens them again. Applies once a worker was ready: before, nobody has listened.
 *
 * A worker that was started before holds the replaced sockets, and connections wait in those until it ends. Where it
 * becomes ready after all, it serves them, and is replaced by one with the sockets of the others.
 *
 * @returns what ends it.
 */
export function createRefusing(options: RefusingOptions): () => void {
  const { pool, groups, at, afterMs, listener } = options;
  const ready = new Set<string>();
  const live = new Set<string>();
  const stale = new Set<string>();
  let state: "serving" | "waiting" | "due" | "renewing" | "refusing" = "serving";
  let wasReady = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function wait(ms: number): void {
    state = "waiting";
    clearTimeout(timer);
    timer = setTimeout(() => {
      state = "due";
      renew();
    }, ms);
    timer.unref();
  }

  function renew(): void {
    if (state !== "due" || (live.size > 0 && !listener.renewsBesideWorkers)) return;
    state = "renewing";
    for (const key of live) stale.add(key);
    listener.renew().then(
      () => {
        state = "refusing";
        mark(true);
        pool.emit("listener:refusing", { groups, at, ms: afterMs });
        look();
      },
      (error: unknown) => {
        stale.clear();
        pool.report("sockets", `refuse connections to ${at}`, error);
        wait(RETRY_MS);
      },
    );
  }

  function mark(refusing: boolean): void {
    for (const group of groups) {
      const known = pool.strategies.get(group);
      if (known) pool.strategies.set(group, { ...known, refusing });
    }
  }

  /** What follows from who is ready. */
  function look(): void {
    if (ready.size === 0) {
      if (state === "serving" && wasReady) wait(afterMs);
      else renew();
      return;
    }
    wasReady = true;
    if (state === "renewing") return;
    clearTimeout(timer);
    const refused = state === "refusing";
    state = "serving";
    if (!refused) return;
    mark(false);
    pool.emit("listener:accepting", { groups, at });
  }

  const remove = pool.hooks.hook("slot:state", (fact: HookPayload<"slot:state">) => {
    if (!groups.includes(fact.group)) return;
    const key = workerKey(fact);
    if (LIVE.has(fact.to)) live.add(key);
    else {
      live.delete(key);
      stale.delete(key);
    }
    if (fact.to === "ready") {
      ready.add(key);
      // A reload that is under way replaces it too.
      if (stale.delete(key)) pool.replace(fact.slot).catch(() => {});
    } else ready.delete(key);
    look();
  });
  return () => {
    clearTimeout(timer);
    remove();
  };
}
