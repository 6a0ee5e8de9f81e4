import type { Violation } from "../protocol/frame-order.ts";
import type { Frame } from "../protocol/frames.ts";
import type { SupervisorMessage, Welcome } from "../protocol/messages.ts";

/**
 * The port through which the kernel has processes. One implementation for each runtime that workers run under.
 */
export interface Runtime {
  /** What a group writes as its `runtime`: `node`, `bun`, `deno`. */
  readonly name: string;
  /**
   * Finds what workers are run with, before anything is opened. Rejects with a `PoolError` `E_RUNTIME` when it is
   * not installed or too old. Again: nothing.
   */
  prepare?(): Promise<void>;
  /** What keeps a worker of this runtime from being as its group says; `undefined` when nothing does. */
  refuse?(group: WorkerNeeds): Refusal | undefined;
  /**
   * Starts one worker process. MUST NOT throw: a failure reaches `sink.exited` with no pid, later.
   * MUST call `sink.exited` exactly once, after every frame that the worker sent before its end
   * (or a bound of 500 ms), and nothing on `sink` after it.
   */
  spawn(request: SpawnRequest, sink: WorkerSink): WorkerProcess;
  /**
   * Returns the environment of a worker: what the allow-list passes on from the supervisor's, changed by `overrides`
   * (text sets, `true` passes on, `false` withholds, a name may end in `*`). `user`: whom it is for, when that is not the
   * supervisor's own. Called once per group and generation.
   */
  environment(overrides: Readonly<Record<string, string | boolean>>, user?: string): Record<string, string>;
  /** The path with every symbolic link resolved; the path itself when it cannot be. */
  realPath(path: string): string;
  /** Opens a bound listening socket that workers can inherit. Rejects with a `PoolError` `E_LISTEN`. */
  openListener?(address: ListenAddress): Promise<OpenListener>;
  /** What the sockets of this runtime can do: what its adapter knows, confirmed by a probe. Never rejects. */
  socketAbilities?(): Promise<SocketAbilities>;
  /**
   * The sockets that another program passed to this process (systemd's socket activation), each at one call only.
   * They are the caller's to close.
   */
  takePassedListeners?(): PassedListener[];
  /** Whether a worker can take the stack of its own main thread when that is stuck (`health` of its welcome). */
  readonly tellsStacks?: boolean;
  /** What the system says of a worker's process; `undefined` where it cannot tell, or there is none. Never throws. */
  figures?(pid: number): ProcessFigures | undefined;
  /**
   * Gets ready to spawn: opens the channel that workers connect to. `user`: the one that some workers run as, beside
   * the supervisor's own. Rejects with a `PoolError` `E_RUNTIME` when that user cannot run them.
   */
  open(user?: string): Promise<void>;
  /** Lets go of everything that `open` took. Called when no worker is left. */
  close(): Promise<void>;
}

/** What the system says of a process; its state and its times are those of its main thread. */
export interface ProcessFigures {
  /** `waiting` is for a device or a file, and no signal reaches it; `stopped` is by SIGSTOP, `traced` by a debugger. */
  readonly state: "running" | "sleeping" | "waiting" | "stopped" | "traced" | "ended";
  /** Milliseconds on a CPU since it began. */
  readonly cpuMs: number;
  /** Milliseconds that it stood in line for one; `undefined` when that is not known. */
  readonly queuedMs: number | undefined;
  /** What it sleeps in, as the system calls it; `undefined` when it does not sleep, or that is not known. */
  readonly waitsIn: string | undefined;
  /** Bytes in memory. */
  readonly rss: number;
  /** Bytes that the system has moved out of memory. */
  readonly swapped: number;
}

/** What a group asks of the runtime of its workers. */
export interface WorkerNeeds {
  readonly entry: string;
  readonly execArgv: readonly string[];
  readonly permissions: Permissions;
  readonly user?: string | undefined;
}

/** The key of the group that cannot be had, and one line that says why not and the way out. */
export interface Refusal {
  readonly key: "entry" | "permissions" | "user";
  readonly reason: string;
}

/**
 * What a worker may do: everything, or what is listed and nothing else. `true` is everything of a kind, texts are
 * paths, hosts with ports, names of variables, programs. What the worker needs for its channel is always added.
 */
export type Permissions = "all" | Readonly<Partial<Record<PermissionKind, boolean | readonly string[]>>>;

/** The kinds that there are: files, network, environment, programs, facts of the system, native code, modules. */
export const PERMISSION_KINDS = ["read", "write", "net", "env", "run", "sys", "ffi", "import"] as const;

export type PermissionKind = (typeof PERMISSION_KINDS)[number];

/** A place to listen on: `port` with `host`, or `path` of a Unix domain socket. */
export interface ListenAddress {
  readonly port?: number;
  readonly host?: string;
  readonly path?: string;
  /** The mode and the owner of the file at `path`; text of a mode is octal. */
  readonly mode?: number | string;
  readonly owner?: string;
  readonly backlog?: number;
  /** Lets other sockets of this user be opened on the same address, with SO_REUSEPORT. */
  readonly reusePort?: boolean;
}

/** What sockets can do: `true`, or one line that says why not. */
export interface SocketAbilities {
  /** `openListener` opens sockets that workers inherit. */
  readonly open: true | string;
  /** `openListener` opens several sockets on one address, and the system spreads connections over them. */
  readonly openReusePort: true | string;
  /** A worker binds a socket of its own to an address that others have too. */
  readonly bindReusePort: true | string;
  /** The fastest HTTP server of the runtime accepts on an inherited socket. */
  readonly serveInherited: true | string;
  /** What waits in the queue of a socket that is closed goes to another one on its address. */
  readonly migrateQueue: true | string;
}

/** A bound socket, owned by the supervisor and never accepted on by it. */
export interface OpenListener {
  readonly fd: number;
  /** The port that was given, also when 0 was asked for. */
  readonly port?: number;
  readonly host?: string;
  readonly path?: string;
  close(): void;
}

/** A socket that was there before this process, and the name that it was given, if any. */
export interface PassedListener extends OpenListener {
  readonly name?: string;
}

/** A listener that a worker inherits, as its `spawnOptions` carry it. */
export interface InheritedListener extends ListenAddress {
  readonly name: string;
  /**
   * The descriptor in the supervisor; the runtime tells the worker its own number. Without one, the worker binds
   * a socket of its own to the address.
   */
  readonly fd?: number;
  /**
   * The slot whose socket it is: another slot's worker accepts on it only between `adopt` and `release`. Listed
   * again it is another descriptor of the same socket, because each adoption uses one up.
   */
  readonly slot?: string;
  /** The worker seems to listen, and accepts nothing before it is told to `serve`. */
  readonly held?: boolean;
}

/** What the `spawnOptions` decision may change before a worker starts. */
export interface SpawnOptions {
  entry: string;
  args: string[];
  execArgv: string[];
  permissions: Permissions;
  env: Record<string, string>;
  cwd: string;
  listeners: InheritedListener[];
  /**
   * The data that plugins give to their halves in this worker, by the name of the plugin; one that is not here has no half
   * in it. Must survive JSON.
   */
  welcome?: Record<string, unknown>;
}

/** Everything a runtime needs to start one worker; most of it is what the worker is told in its welcome. */
export interface SpawnRequest extends Readonly<Omit<SpawnOptions, "welcome">>, Omit<Welcome, "listeners"> {
  /** The user that it runs as, when that is not the supervisor's own. */
  readonly user?: string | undefined;
}

/** What a runtime tells the kernel about one worker. */
export interface WorkerSink {
  spawned(pid: number): void;
  /** A well-formed frame of the worker whose token was right. The first one is its `hello`. */
  frame(frame: Frame): void;
  violation(violation: Violation): void;
  /** The connection is gone; the process may live on. */
  disconnected(): void;
  /** One line of the worker's output, its newline removed, cut at the runtime's limit. */
  output(stream: "stdout" | "stderr", line: string): void;
  exited(end: ProcessEnd): void;
}

/** How a process ended, or why it never began. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** Set when there never was a process. */
  readonly spawnError?: string;
  /** The last bytes of stderr, at most 8 KiB. */
  readonly stderrTail: string;
  /** Kills by the kernel's memory controller during the worker's life; `undefined` when it cannot be known. */
  readonly oomKills?: number;
}

/** The kernel's hand on one process. None of these throws. */
export interface WorkerProcess {
  /** Queues a frame. `false` when the connection is not there or its queue is over its limit: the frame is dropped. */
  send(message: SupervisorMessage): boolean;
  /** Signals the process, or its whole group. `false` when it has ended. */
  signal(signal: "SIGTERM" | "SIGKILL", target: "process" | "group"): boolean;
  /** Drops the connection of a worker that broke the protocol; its frames stop at once. */
  disconnect(): void;
}
