import type { Duration } from "./duration.ts";
import type { JobsConfig, ResolvedJobs } from "./jobs.ts";
import type { PluginInput } from "./plugin.ts";
import type { RestartPolicy } from "./decisions.ts";
import type { Permissions } from "./runtime.ts";

/** What a group is for: `reactor` serves sockets, `job` runs tasks for others, `service` does anything else. */
export type GroupType = "reactor" | "job" | "service";

/** Where a group listens. */
export interface ListenConfig {
  /** A TCP port, 0 for any free one. */
  port?: number;
  /** An address or host name; `127.0.0.1` when it is left out. */
  host?: string;
  /** A Unix domain socket, instead of `port`. */
  path?: string;
  /**
   * The mode of the socket's file, `0o660` or `"660"`: who may write to it may connect. What the umask of the supervisor
   * leaves when it is left out. Only with `path`.
   */
  mode?: number | string;
  /**
   * The owner of the socket's file, as chown(1) has it: `user`, `user:group` or `:group`, each a name or a number. The
   * user of the supervisor when it is left out. Only with `path`; to give a file to another user takes root.
   */
  owner?: string;
  /** Connections that may wait in the queue; 511 when it is left out. */
  backlog?: number;
  /** What `worker.listen(server, { name })` calls it; `default` when it is left out. */
  name?: string;
  /** How the socket is shared; chosen for the group when it is left out. */
  strategy?: string;
  /**
   * `lossless` (default): no connection is lost when a worker is replaced. `fast`: the runtime's fastest server, which
   * in Bun and Deno binds a socket of its own, and loses what waits in its queue.
   */
  prefer?: "lossless" | "fast";
  /**
   * How long new connections wait in the queue while no worker on the address is ready; after it they are refused until
   * one is. Applies once a worker was ready. `false`: they always wait. 10 s when it is left out.
   */
  refuseAfter?: Duration | false;
}

/** Workers that share an entry, a runtime, a type and policies. */
export interface GroupConfig {
  /** The module that a worker runs, relative to the config file. */
  entry: string;
  /** `service` when it is left out, `reactor` when the group has `listen`. */
  type?: GroupType;
  /** How many workers: a fixed number, or a range that starts at `min`. 1 when it is left out. */
  workers?: number | { min: number; max: number };
  /** The runtime that workers run under; the supervisor's own when it is left out. */
  runtime?: string;
  /** A port, a path, or one or more listeners. */
  listen?: number | string | ListenConfig | (number | string | ListenConfig)[];
  /** The groups whose jobs this one calls. A reactor calls jobs and services; a service and a job call jobs. */
  calls?: string[];
  /** How this group runs jobs for others. */
  jobs?: JobsConfig;
  /** Arguments of the entry. */
  args?: string[];
  /**
   * The worker's environment beside the allow-list: text sets a variable, `true` passes the supervisor's on,
   * `false` withholds it. A name may end in `*`.
   */
  env?: Record<string, string | boolean>;
  /** The worker's working folder; the config's folder when it is left out. */
  cwd?: string;
  /** Flags of the runtime itself, before the entry. */
  execArgv?: string[];
  /**
   * What the worker may do: `'all'` when it is left out, or only what is listed as `true` or a list of texts. Paths
   * start from the worker's folder.
   */
  permissions?: Permissions;
  /** What decides about a worker that ended; `always()` when it is left out. */
  restart?: RestartPolicy;
  /** Longest time from spawn to the worker's first word; 10 s when it is left out. */
  hello?: Duration;
  /** Longest time from the first word to ready; 30 s when it is left out. */
  ready?: Duration;
  /** Longest silence of a ready worker; 30 s when it is left out. */
  heartbeat?: Duration;
  /** Longest time to finish what a worker has; 30 s when it is left out. */
  drain?: Duration;
  /**
   * Longest time, within `drain`, for connections that have no end of their own, once nothing else is left: WebSockets
   * (closed with 1012, spread over it), event streams, silent plain TCP; 5 s when it is left out.
   */
  linger?: Duration;
  /** Longest time from the stop message to SIGKILL, with SIGTERM half way; 10 s when it is left out. */
  stop?: Duration;
}

/** How the end of one worker touches the others. */
export type GroupStrategy = "one-for-one" | "one-for-all" | "rest-for-one";

/** What a protocol violation leads to. */
export type ViolationPolicy = "restart" | "escalate" | "shutdown";

/** All groups under one supervisor. */
export interface PoolConfig {
  /** Names the pool on this machine: letters, digits, `.`, `_` and `-`, at most 40. */
  name: string;
  groups: Record<string, GroupConfig>;
  /** Falsy values and nested lists are allowed; two of one name are not. */
  plugins?: PluginInput[];
  /**
   * `one-for-one` (default): groups are independent. `one-for-all` and `rest-for-one`: groups start in the
   * order they are written, each when the one before is ready, and stop in reverse.
   */
  strategy?: GroupStrategy;
  /** `escalate` (default): restart, and shut the pool down at the third violation within 60 s. */
  onViolation?: ViolationPolicy;
  /**
   * How long no worker of any group may be ready before the pool ends with exit code 75, for whatever supervises it to
   * start it again. `false`: it goes on for ever.
   *
   * @default '5m'
   */
  giveUp?: Duration | false;
  /** The folder that relative paths start from; the working folder when it is left out. */
  root?: string;
  /** The executable of each runtime, by name: a path, or a command to find; each is looked for when it is left out. */
  executables?: Record<string, string>;
}

/** Types a config and returns it unchanged. */
export function defineConfig(config: PoolConfig): PoolConfig {
  return config;
}

/** A group with every default filled in. All times are milliseconds. */
export interface ResolvedGroup {
  readonly name: string;
  readonly index: number;
  readonly type: GroupType;
  readonly entry: string;
  readonly runtime: string;
  readonly min: number;
  readonly max: number;
  readonly listen: readonly Required<Pick<ListenConfig, "name">>[] & readonly ListenConfig[];
  readonly calls: readonly string[];
  readonly jobs: ResolvedJobs;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | boolean>>;
  readonly cwd: string;
  readonly execArgv: readonly string[];
  readonly permissions: Permissions;
  readonly restart: RestartPolicy | undefined;
  readonly timeouts: Timeouts;
}

/** Milliseconds. */
export interface Timeouts {
  readonly hello: number;
  readonly ready: number;
  readonly heartbeat: number;
  readonly drain: number;
  readonly linger: number;
  readonly stop: number;
}

/** A pool with every default filled in. */
export interface ResolvedPool {
  readonly name: string;
  readonly root: string;
  readonly groups: readonly ResolvedGroup[];
  readonly strategy: GroupStrategy;
  readonly onViolation: ViolationPolicy;
  /** Milliseconds, or `false` for never. */
  readonly giveUp: number | false;
  readonly plugins: readonly PluginInput[];
}
