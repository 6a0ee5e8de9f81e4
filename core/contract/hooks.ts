import type { Hookable } from "hookable";
import type { RestartAnswer } from "./decisions.ts";
import type { Evidence, ExitReport, ExitVerdict } from "./exit.ts";
import type { PoolState, SlotState } from "./states.ts";

/** The worker that a hook tells about. */
export interface OfWorker {
  readonly slot: string;
  readonly group: string;
  readonly epoch: number;
}

/** How a reload went. */
export interface ReloadFact {
  readonly pool: string;
  readonly generation: number;
  readonly hard: boolean;
  readonly replaced: number;
  readonly failed: number;
  /** Workers that had to be killed. */
  readonly forced: number;
  /** There when the worker of one slot was replaced, and no group reloaded. */
  readonly slot?: string | undefined;
}

/** What a worker wrote with `worker.log`. Untrusted text: strip control characters before a terminal sees it. */
export interface WorkerLog extends OfWorker {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly data?: unknown;
}

/**
 * The facts that the pool tells, in the past tense. Each payload is frozen or fresh: an observer cannot change
 * what the kernel does. An observer MAY call the pool; its call is carried out after the current step. It MUST
 * NOT block. Its throw or rejection reaches `plugin:error` and nobody else. Observers have no order.
 */
export interface PoolHooks {
  /** The pool starts: what the config asks for can be had, and no plugin is set up yet. */
  "pool:starting": (fact: { readonly pool: string }) => void;
  /** Every slot that has to start was ready once, or is over or degraded. */
  "pool:running": (fact: { readonly pool: string }) => void;
  /** The pool begins to stop: nothing starts from now on. */
  "pool:stopping": (fact: {
    readonly pool: string;
    readonly reason: string;
    readonly exitCode: number;
  }) => void;
  /** A critical error makes the pool stop; `pool:stopping` follows. */
  "pool:critical": (fact: {
    readonly pool: string;
    readonly reason: string;
    readonly exitCode: number;
  }) => void;
  /** No worker is left. `pool.closed` resolves with the same. */
  "pool:stopped": (fact: {
    readonly pool: string;
    readonly exitCode: number;
    readonly reason: string;
  }) => void;
  /** The pool changed its state. */
  "pool:state": (fact: { readonly pool: string; readonly from: PoolState; readonly to: PoolState }) => void;
  /** The supervisor itself was stopped, suspended or blocked for `ms`. Heartbeats missed during this time are not counted. */
  "pool:away": (fact: { readonly pool: string; readonly ms: number }) => void;
  /** The number of workers that a group should have changed; `by` is who asked. */
  "group:scaled": (fact: {
    readonly group: string;
    readonly from: number;
    readonly to: number;
    readonly by: string;
  }) => void;
  /** A group was stopped on request: its workers end, and none starts until it is scaled, restarted or reloaded. */
  "group:stopping": (fact: { readonly group: string; readonly reason: string }) => void;
  /** A group was asked to have `to` workers and cannot; the caller got `E_SCALE_REFUSED` with this reason. */
  "group:refused": (fact: {
    readonly group: string;
    readonly from: number;
    readonly to: number;
    readonly by: string;
    readonly reason: string;
  }) => void;
  /** Somebody (`by`) wants one more worker of a group: a caller whose jobs wait, or who knows why. May come often. */
  "scaling:requested": (fact: {
    readonly group: string;
    readonly by: string;
    /** Jobs that wait, as far as `by` knows, and for how long the first has. */
    readonly waiting: number;
    readonly waitedMs: number;
  }) => void;
  /** A socket of a group is open; `at` is a URL such as `http://127.0.0.1:3000`, or a path. */
  "listener:opened": (fact: {
    readonly group: string;
    readonly name: string;
    readonly strategy: string;
    /** Why this strategy: asked for, or the first that the group's runtime can do. */
    readonly reason: string;
    readonly at: string;
  }) => void;
  /** A worker says that its server speaks TLS: the URL of the listener is `at`, with `https`, from now on. */
  "listener:secure": (fact: { readonly group: string; readonly name: string; readonly at: string }) => void;
  /**
   * No worker of the groups on an address has been ready for `ms`: new connections are refused from now on, until one
   * is.
   */
  "listener:refusing": (fact: {
    readonly groups: readonly string[];
    readonly at: string;
    readonly ms: number;
  }) => void;
  /** A worker is ready again: connections to the address are accepted. */
  "listener:accepting": (fact: { readonly groups: readonly string[]; readonly at: string }) => void;
  /** A slot changed its state; `cause` is the event that made it change. */
  "slot:state": (
    fact: OfWorker & {
      /** `surge` while a reload brings up the slot's next worker beside the current one. */
      readonly seat: "main" | "surge";
      readonly from: SlotState;
      readonly to: SlotState;
      readonly cause: string;
    },
  ) => void;
  /**
   * A slot has had `counted` counted exits within 60 s, more than its budget of `limit`. It goes on at the longest
   * wait.
   */
  "slot:degraded": (
    fact: OfWorker & { readonly counted: number; readonly limit: number; readonly reason: string },
  ) => void;
  /** A slot is not degraded any more: its worker was ready for 60 s, or somebody started it afresh. */
  "slot:recovered": (fact: OfWorker & { readonly reason: string }) => void;
  /** A worker's process was started; it has said nothing yet. */
  "worker:spawned": (fact: OfWorker & { readonly pid: number }) => void;
  /** `tookMs` runs from the spawn. */
  "worker:ready": (fact: OfWorker & { readonly pid: number; readonly tookMs: number }) => void;
  /**
   * A ready worker has said nothing for most of its time for a heartbeat, `silentMs`: two heartbeats are missing. It
   * is asked for a word, and killed in `leftMs` when it gives none.
   */
  "worker:silent": (
    fact: OfWorker & { readonly pid: number; readonly silentMs: number; readonly leftMs: number },
  ) => void;
  /** What was found out about a silent worker from outside. */
  "worker:evidence": (fact: OfWorker & { readonly evidence: Evidence }) => void;
  /** A silent worker spoke again, in time. */
  "worker:recovered": (fact: OfWorker & { readonly silentMs: number }) => void;
  /** A worker is about to be replaced because it has reached a limit of its group; `reason` says which. */
  "worker:recycling": (fact: OfWorker & { readonly reason: string }) => void;
  /** A worker was asked to drain, or drains by itself; `reason` says why. */
  "worker:draining": (fact: OfWorker & { readonly reason: string }) => void;
  /** A worker's process ended. Its class follows in `exit:classified`. */
  "worker:exited": (
    fact: OfWorker & {
      readonly pid: number | undefined;
      readonly code: number | null;
      readonly signal: string | null;
    },
  ) => void;
  /** A process outlived SIGKILL (a device it waits for, say). Its slot is not used again until it is gone. */
  "worker:alarm": (fact: OfWorker & { readonly pid: number | undefined; readonly reason: string }) => void;
  /** A worker broke the protocol; it is killed, and its exit is a `flowViolation`. */
  "worker:violation": (fact: OfWorker & { readonly kind: string; readonly detail: string }) => void;
  /** A line that a worker wrote with `worker.log`. */
  "worker:log": (fact: WorkerLog) => void;
  /** A line of a worker's stdout or stderr. */
  "worker:output": (fact: OfWorker & { readonly stream: "stdout" | "stderr"; readonly line: string }) => void;
  /** The program of a worker has closed its last server on the group's sockets, or listens again. */
  "worker:listening": (fact: OfWorker & { readonly isListening: boolean }) => void;
  /** The server of a worker on a listener speaks TLS. `listener` is untrusted text. */
  "worker:secure": (fact: OfWorker & { readonly listener: string }) => void;
  /** The half of a plugin in a worker has sent a message to the half in the supervisor. Untrusted. */
  "worker:message": (fact: OfWorker & { readonly plugin: string; readonly message: unknown }) => void;
  /** What is known of an ended worker, its class, and who decided that. */
  "exit:classified": (
    fact: OfWorker & { readonly report: ExitReport; readonly verdict: ExitVerdict; readonly by: string },
  ) => void;
  /**
   * What happens to the slot now. `delayMs` is the time until it starts again. `by` is who decided: a tap by its name,
   * or `poolable:kernel` where the kernel has overruled the answer. `kernelRule` is there when a rule of the kernel has
   * set the wait, and says which.
   */
  "restart:decided": (
    fact: OfWorker & {
      readonly report: ExitReport;
      readonly verdict: ExitVerdict;
      readonly action: RestartAnswer["action"];
      readonly delayMs: number;
      readonly reason: string;
      readonly by: string;
      readonly kernelRule?: string;
    },
  ) => void;
  /** A reload begins. */
  "reload:started": (fact: {
    readonly pool: string;
    readonly generation: number;
    readonly hard: boolean;
    readonly groups: readonly string[];
    /** There when the worker of one slot is replaced, and no group reloaded. */
    readonly slot?: string | undefined;
  }) => void;
  /** A reload was asked for that cannot be; the caller got this reason, and nothing was touched. */
  "reload:refused": (fact: {
    readonly pool: string;
    readonly hard: boolean;
    /** As asked; `undefined` for all. */
    readonly groups: readonly string[] | undefined;
    readonly reason: string;
  }) => void;
  /** A new worker has been ready for its `minReady`: it serves beside the old one from now on. */
  "reload:trial": (fact: OfWorker & { readonly generation: number }) => void;
  /** One slot has its new worker, in the place of `old`; `replaced` counts them, on the way back too. */
  "reload:progress": (
    fact: OfWorker & {
      readonly pid: number;
      readonly generation: number;
      /** The worker that drains now; `pid` is `undefined` where there was none any more. */
      readonly old: {
        readonly epoch: number;
        readonly pid: number | undefined;
        readonly generation: number;
      };
      readonly replaced: number;
    },
  ) => void;
  /** A reload is over, and the new generation serves. */
  "reload:done": (fact: ReloadFact) => void;
  /** The old generation serves. */
  "reload:rolledback": (fact: ReloadFact & { readonly reason: string }) => void;
  /** A plugin threw, rejected, or gave an answer that makes no sense; `stage` says where. */
  "plugin:error": (fact: {
    readonly plugin: string;
    readonly stage: string;
    readonly error: unknown;
  }) => void;
  /** The setup of a plugin has taken longer than 1 s. */
  "plugin:slow": (fact: { readonly plugin: string; readonly tookMs: number }) => void;
}

/** What a plugin sees of the hooks: it observes, and never calls. Every `hook` returns its remover. */
export type HookRegistry = Pick<Hookable<PoolHooks>, "hook" | "hookOnce" | "removeHook" | "addHooks">;

export type HookName = keyof PoolHooks;
export type HookPayload<Name extends HookName> = Parameters<PoolHooks[Name]>[0];
