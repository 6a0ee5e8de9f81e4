import { Frame, Violation, ListenAddress, OpenListener, Runtime, SpawnRequest, WorkerSink, WorkerProcess } from './index.mjs';

/**
 * The environment of a worker: the names of the allow-list, and of `more`, that `source` has, changed by `overrides` in the
 * order they are written. Text sets a variable, `true` passes it on from `source`, `false` withholds it; a name
 * that ends in `*` stands for every name with that beginning (text sets nothing for such a name).
 * `POOLABLE_*` and `NODE_CHANNEL_FD` are never passed on: they belong to the channel of one process. Never throws.
 */
declare function workerEnvironment(source: Readonly<Record<string, string | undefined>>, overrides?: Readonly<Record<string, string | boolean>>, more?: readonly string[]): Record<string, string>;

/** What the channel tells about one worker. MUST NOT throw. */
interface ChannelHandlers {
    /** A frame, from `hello` on. None comes after a violation or {@link ChannelLink.disconnect}. */
    frame(frame: Frame): void;
    violation(violation: Violation): void;
    /** Called once, when a connection that had the right token is gone. */
    disconnected(): void;
}
/** The supervisor's hand on one worker's connection. None of these throws. */
interface ChannelLink {
    /** Whether a connection with the right token came, and is not yet reported as gone. */
    readonly connected: boolean;
    /** Queues a frame. `false` when there is no connection or more than 1 MiB waits in it: the frame is dropped. */
    send(frame: Frame): boolean;
    disconnect(): void;
    /** Disconnects, and makes the token unknown. */
    forget(): void;
}
/** The socket that workers connect to. */
interface Channel {
    /** Where workers connect. */
    readonly path: string;
    /** Announces a worker before it is spawned. `token` is a secret of this worker alone and is never logged. */
    expect(token: string, epoch: number, handlers: ChannelHandlers): ChannelLink;
    /** Drops every connection and removes the socket. */
    close(): Promise<void>;
}
/**
 * Opens the channel in `directory`, which must be private to the user (0700); on Windows a named pipe that
 * carries a random name. Rejects with `E_LISTEN` when the socket cannot be opened or its path is too long.
 */
declare function openChannel(directory: string): Promise<Channel>;

/**
 * Opens a socket for workers to inherit, as the runtime of this process can. Rejects with `E_LISTEN` and one line
 * that names the address, what is wrong with it, and the way out.
 *
 * A port that another program has only bound, without listening, is not seen as taken: it is bound with
 * SO_REUSEADDR, with which Linux refuses at `listen` only. The worker that listens first then fails.
 */
declare function openListener(address: ListenAddress): Promise<OpenListener>;

/** The runtimes that workers and supervisors run under. */
type RuntimeName = "node" | "bun" | "deno";

/** How workers run under a runtime. */
interface AdapterOptions {
    /** What is executed: a path, or a command. Where it is looked for without one is in `docs/runtimes.md`. */
    executable?: string;
    /** The folder that the search for `node_modules`, and relative paths, start from; the working folder without one. */
    root?: string;
    /**
     * A folder that only this user can enter, for the socket that workers connect to. It is made (0700) when it is
     * not there, and stays. A fresh one in the system's temporary folder, removed at the end, when it is left out.
     */
    directory?: string;
}

/** Workers under Bun. */
declare function bun(options?: AdapterOptions): Runtime;

/** Workers under Deno. */
declare function deno(options?: AdapterOptions): Runtime;

/** How workers run, under any runtime. */
interface RuntimesOptions extends Omit<AdapterOptions, "executable"> {
    /** What is executed, by the name of the runtime. */
    executables?: Readonly<Partial<Record<RuntimeName, string>>>;
}
/** Every runtime, the supervisor's own first. What is not used is neither looked for nor opened. */
declare function allRuntimes({ executables, ...options }?: RuntimesOptions): Runtime[];

/** Workers under Node 20.19 and newer. */
declare function node(options?: AdapterOptions): Runtime;

/** What is executed for a worker. */
interface Command {
    readonly file: string;
    readonly args: readonly string[];
    /** Words before the file that make the worker die with the supervisor; none, and the worker watches by itself. */
    readonly guard?: readonly string[];
}
/**
 * Starts one worker as a process group of its own, connected through `channel`: what every adapter's `spawn` is
 * made of. Keeps the contract of {@link Runtime.spawn}: never throws, and `sink.exited` comes exactly once.
 */
declare function spawnWorker(channel: Channel, command: Command, request: SpawnRequest, sink: WorkerSink): WorkerProcess;

export { allRuntimes, bun, deno, node, openChannel, openListener, spawnWorker, workerEnvironment };
export type { AdapterOptions, Channel, ChannelHandlers, ChannelLink, Command, RuntimesOptions };
