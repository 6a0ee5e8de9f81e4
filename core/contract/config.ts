import type { RestartName, RestartPolicy } from "./decisions.ts";
import type { Duration } from "./duration.ts";
import type { JobsConfig, ResolvedJobs } from "./jobs.ts";
import type { PluginInput } from "./plugin.ts";
import type { Permissions } from "./runtime.ts";

/** What a group is for: `reactor` serves sockets, `job` runs tasks for others, `service` does anything else. */
export type GroupType = "reactor" | "job" | "service";

/** Where a group listens. */
export interface ListenConfig {
  /** The TCP port; 0 takes any free one. Either `port` or `path` is required. */
  port?: number;
  /**
   * The address or host name to listen on, with `port`.
   *
   * @default '127.0.0.1'
   */
  host?: string;
  /** The path of a Unix domain socket, instead of `port`. */
  path?: string;
  /**
   * The mode of the socket's file, `0o660` or `"660"`: who may write to it may connect. Only with `path`.
   *
   * @default what the umask of the supervisor leaves
   */
  mode?: number | string;
  /**
   * The owner of the socket's file, as chown(1) has it: `user`, `user:group` or `:group`, each a name or a number. Only
   * with `path`; to give a file to another user takes root.
   *
   * @default the user of the supervisor
   */
  owner?: string;
  /**
   * The number of connections that may wait in the queue.
   *
   * @default 511
   */
  backlog?: number;
  /**
   * The name by which `worker.listen(server, { name })` finds the listener.
   *
   * @default 'default' for the first listener of the group, else its port or path
   */
  name?: string;
  /**
   * How the workers share the socket: one of the built-in strategies, or one of `sockets({ strategies })`.
   *
   * @default the best one that the runtime and the system have
   */
  strategy?: "ring" | "shared" | "reuse-port" | (string & {});
  /**
   * `lossless`: no connection is lost when a worker is replaced. `fast`: the runtime's fastest server, which in Bun and
   * Deno binds a socket of its own, and loses what waits in its queue.
   *
   * @default 'lossless'
   */
  prefer?: "lossless" | "fast";
  /**
   * How long new connections wait in the queue while no worker on the address is ready. After this time they are refused
   * until one is. Applies once a worker was ready. `false`: they always wait.
   *
   * @default '10s'
   */
  refuseAfter?: Duration | false;
}

/** A name of the config's own groups, which an editor completes. */
export type GroupName<Name extends string = string> = NoInfer<Name> | (string & {});

/** Workers that share an entry, a runtime, a type and policies. `Name`: the names of all groups of the config. */
export interface GroupConfig<Name extends string = string> {
  /** The module that a worker runs, relative to the config file. Required. */
  entry: string;
  /**
   * What the group is for: `reactor` serves sockets, `job` runs jobs for other groups, `service` does anything else.
   *
   * @default 'reactor' for a group with `listen`, else 'service'
   */
  type?: GroupType;
  /**
   * The number of workers: fixed, or a range that starts at `min` and can be scaled up to `max`.
   *
   * @default 1
   */
  workers?: number | { min: number; max: number };
  /**
   * The runtime that workers run under.
   *
   * @default the supervisor's own
   */
  runtime?: "node" | "bun" | "deno" | (string & {});
  /** A port, a path, or one or more listeners. */
  listen?: number | string | ListenConfig | (number | string | ListenConfig)[];
  /** The groups whose jobs this one calls. A reactor calls jobs and services; a service and a job call jobs. */
  calls?: GroupName<Name>[];
  /** How this group runs jobs for others. */
  jobs?: JobsConfig;
  /**
   * The arguments of the entry.
   *
   * @default []
   */
  args?: string[];
  /**
   * The worker's environment beside the allow-list: text sets a variable, `true` passes the supervisor's on,
   * `false` withholds it. A name may end in `*`.
   *
   * @default {}
   */
  env?: Record<string, string | boolean>;
  /**
   * The worker's working folder.
   *
   * @default the config's folder
   */
  cwd?: string;
  /**
   * Flags of the runtime itself, before the entry.
   *
   * @default []
   */
  execArgv?: string[];
  /**
   * What the worker may do: everything, or only what is listed as `true` or a list of texts. Paths start from the
   * worker's folder.
   *
   * @default 'all'
   */
  permissions?: Permissions;
  /**
   * The user that workers run as, as chown(1) has it: `user` or `user:group`, each a name or a number. The
   * supervisor opens the sockets before. Requires Linux and a supervisor that runs as root. All groups of a pool that
   * set it set the same user.
   *
   * @default the user of the supervisor
   */
  user?: string;
  /**
   * The policy that decides about a worker that ended: `'always'`, `'on-failure'` or `'never'`, as `--restart` has them,
   * one of `poolable/plugins` such as `limited()`, or a function of your own.
   *
   * @default 'always'
   */
  restart?: RestartName | RestartPolicy;
  /**
   * Longest time from spawn to the worker's first message.
   *
   * @default '10s'
   */
  hello?: Duration;
  /**
   * Longest time from the first message to ready.
   *
   * @default '30s'
   */
  ready?: Duration;
  /**
   * Longest time that a worker that is ready, or drains, may send nothing.
   *
   * @default '30s'
   */
  heartbeat?: Duration;
  /**
   * Longest time for a worker to finish the requests and jobs that it has.
   *
   * @default '30s'
   */
  drain?: Duration;
  /**
   * Longest time, within `drain`, for connections that have no end of their own, once nothing else is left: WebSockets
   * (closed with 1012, spread over it), event streams, silent plain TCP.
   *
   * @default '5s'
   */
  linger?: Duration;
  /**
   * Longest time from the stop message to SIGKILL, with SIGTERM half way.
   *
   * @default '10s'
   */
  stop?: Duration;
}

/** How the end of one worker touches the others. */
export type GroupStrategy = "one-for-one" | "one-for-all" | "rest-for-one";

/** What a protocol violation leads to. */
export type ViolationPolicy = "restart" | "escalate" | "shutdown";

/** All groups under one supervisor. `Name`: the names of the groups, which TypeScript infers. */
export interface PoolConfig<Name extends string = string> {
  /** Names the pool on this machine: letters, digits, `.`, `_` and `-`, at most 40. Required. */
  name: string;
  /** The groups of workers by their names, at least one. Required. */
  groups: Record<Name, GroupConfig<Name>>;
  /**
   * The plugins of the pool. Falsy values and nested lists are allowed; two plugins of one name are not.
   *
   * @default []
   */
  plugins?: PluginInput[];
  /**
   * `one-for-one`: groups are independent. `one-for-all` and `rest-for-one`: groups start in the order they are written,
   * each when the one before is ready, and stop in reverse.
   *
   * @default 'one-for-one'
   */
  strategy?: GroupStrategy;
  /**
   * What follows a protocol violation of a worker. `restart`: the worker restarts. `escalate`: it restarts, and the pool
   * shuts down at the third violation within 60 s. `shutdown`: the pool shuts down.
   *
   * @default 'escalate'
   */
  onViolation?: ViolationPolicy;
  /**
   * How long no worker of any group may be ready before the pool ends with exit code 75, for whatever supervises it to
   * start it again. `false`: it goes on for ever.
   *
   * @default '5m'
   */
  giveUp?: Duration | false;
  /**
   * The folder that relative paths start from.
   *
   * @default the config's folder with `poolable start`, else the working folder
   */
  root?: string;
  /**
   * The executable of each runtime, by name: a path, or a command to find.
   *
   * @default each is looked for
   */
  executables?: Partial<Record<"node" | "bun" | "deno" | (string & {}), string>>;
}

/** Types a config and returns it unchanged. Editors complete `calls` with the names of its groups. */
export function defineConfig<Name extends string>(config: PoolConfig<Name>): PoolConfig<Name> {
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
  readonly user: string | undefined;
  readonly restart: RestartName | RestartPolicy | undefined;
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
