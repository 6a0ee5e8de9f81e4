import type { ReportedError, StartStage } from "../contract/exit.ts";
import type { GoodbyeKind } from "./goodbye.ts";

/** How important a log line is. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/**
 * What a worker says, each a frame. Whoever receives one takes it for a claim: any field may be missing or of another
 * type (`read-frame.ts` reads them).
 */
export type WorkerMessage =
  /** The first. A connection without a known token is closed. */
  | {
      readonly type: "hello";
      readonly protocol: number;
      readonly epoch: number;
      readonly token: string;
      /** The name and version of its runtime: `node 24.21.0`. */
      readonly runtime: string;
    }
  /** It is loaded, set up, and listens where its group does. */
  | { readonly type: "ready" }
  /** Its event loop goes round. */
  | { readonly type: "heartbeat" }
  /** A line for the pool's log. `data` survives JSON. */
  | {
      readonly type: "log";
      readonly level: LogLevel;
      readonly message: string;
      readonly data?: unknown;
    }
  /** An error that keeps it from being ready, or that it is about to end with. */
  | { readonly type: "error"; readonly stage: StartStage | "listen" | "run"; readonly error: ReportedError }
  /** Whether a server of it accepts on the sockets of its group; sent when that changes after ready. */
  | { readonly type: "listening"; readonly isListening: boolean }
  /** The server on a listener speaks TLS. */
  | { readonly type: "secure"; readonly listener: string }
  /** It wishes for one more worker of a group. */
  | { readonly type: "needWorker"; readonly group: string }
  /** Somebody has sent it SIGTERM, and it asks to be drained. */
  | { readonly type: "drainRequest" }
  /** A message of a plugin's half in the worker to the half in the supervisor. */
  | { readonly type: "plugin"; readonly plugin: string; readonly message: unknown }
  /** The last. Its process ends with the exit code of the kind, after the `ack`. */
  | {
      readonly type: "goodbye";
      readonly kind: GoodbyeKind;
      /** One line. */
      readonly reason?: string | undefined;
      /** What it has accepted is answered first. */
      readonly drains?: boolean | undefined;
      /** What failed, with the kind `startFailed`. */
      readonly stage?: StartStage | undefined;
    };

/** What the supervisor says. The worker trusts it. */
export type SupervisorMessage =
  /** The answer to `hello`. */
  | { readonly type: "welcome"; readonly welcome: Welcome }
  /** The answer to `goodbye`. */
  | { readonly type: "ack" }
  /** So many frames of the worker are taken: it may send as many more. */
  | { readonly type: "credit"; readonly count: number }
  /** It finishes what it has, and takes nothing new. `deadlineMs` is the time that is left, here and below. */
  | { readonly type: "drain"; readonly deadlineMs?: number | undefined }
  /** It ends now. */
  | { readonly type: "stop"; readonly deadlineMs?: number | undefined }
  /** A new version is about to replace it. */
  | { readonly type: "reload"; readonly deadlineMs?: number | undefined }
  /** It accepts on the socket of another slot too. */
  | { readonly type: "adopt"; readonly slot: string }
  /** It accepts on that socket no more. */
  | { readonly type: "release"; readonly slot: string }
  /** It begins to accept, where a reload has held it back. */
  | { readonly type: "serve" }
  /** It answers with a heartbeat at once. */
  | { readonly type: "ping" }
  /** A message of a plugin's half in the supervisor to the half in the worker. */
  | { readonly type: "plugin"; readonly plugin: string; readonly message: unknown };

/** All that a worker is told at its start. */
export type Welcome = {
  /** The name of the pool. */
  readonly pool: string;
  /** The slot, `group#index`. */
  readonly slot: string;
  readonly group: string;
  /** The type of its group. */
  readonly type: string;
  /** Counts the workers of the slot. */
  readonly epoch: number;
  /** The version of code and config that it is started from. */
  readonly generation: number;
  /** Milliseconds between two heartbeats. */
  readonly heartbeatMs: number;
  /** Milliseconds that connections without an end of their own may stay in a drain; the worker knows a default. */
  readonly lingerMs?: number | undefined;
  /**
   * Milliseconds that its entry may load before it counts as ready. Nobody waits for it, and what loads for so long is a
   * program at work in its top-level `await`. Without it there is no such time.
   */
  readonly loadMs?: number | undefined;
  /** The listeners of its group. */
  readonly listeners: readonly WelcomedListener[];
  /** The plugins that have a half in this worker, by name, in the order in which they are set up. */
  readonly plugins: Readonly<Record<string, PluginSection>>;
};

/** What a welcome says for the worker's half of a plugin. */
export type PluginSection = {
  /** The URL of the module of the half; without one it belongs to poolable. */
  readonly module?: string | undefined;
  /** What the half in the supervisor gives it. */
  readonly data: unknown;
};

/**
 * A listener of the worker's group. `fd` is the worker's own number of the socket; without one the worker binds a socket
 * of its own.
 */
export type WelcomedListener = {
  readonly name: string;
  /** The slot whose socket it is, where each has its own. */
  readonly slot?: string | undefined;
  readonly fd?: number | undefined;
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  readonly path?: string | undefined;
  readonly reusePort?: boolean | undefined;
  readonly backlog?: number | undefined;
  /** Not accepted on before `serve`. */
  readonly held?: boolean | undefined;
};
