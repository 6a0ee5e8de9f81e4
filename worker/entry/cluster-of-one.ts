import { EventEmitter } from "node:events";
import type Module from "node:module";
import * as net from "node:net";
import { constants } from "node:os";
import { runAgain } from "./load-entry.ts";

/** What of `node:cluster` is changed. */
interface Cluster extends EventEmitter {
  isPrimary: boolean;
  isMaster: boolean;
  isWorker: boolean;
  worker: unknown;
  workers: Record<number, unknown>;
  settings: { exec?: string; args?: readonly string[] };
  fork(env?: Readonly<Record<string, string>>): unknown;
  setupPrimary(settings?: object): void;
  setupMaster(settings?: object): void;
  disconnect(callback?: () => void): void;
  /** How the servers of a cluster's worker come to a handle, in Node. */
  _getServer(server: unknown, asked: AskedHandle, done: (error: number, handle?: object) => void): void;
}

interface AskedHandle {
  readonly address: string | null;
  readonly port: number | null;
  readonly addressType: number | string | null;
  readonly fd: number | null | undefined;
  readonly flags: number | undefined;
}

type CreateServerHandle = (...asked: unknown[]) => object | number;

/**
 * Makes `node:cluster` harmless: the pool has the number of workers. The process is a primary until its program forks;
 * then the program runs a second time in this process, as the one worker of a single core. Further forks look like
 * workers and run nothing.
 *
 * @param onFork called at the first fork.
 */
export function clusterOfOne(entry: string, onFork: () => void): void {
  const cluster = process.getBuiltinModule("node:cluster") as unknown as Cluster;
  let last = 0;

  function makeWorker(id: number): EventEmitter {
    const worker = new EventEmitter();
    const end = (): void =>
      void setImmediate(() => {
        if (!Reflect.deleteProperty(cluster.workers, id)) return;
        for (const event of ["disconnect", "exit"]) {
          worker.emit(event, 0, null);
          cluster.emit(event, worker, 0, null);
        }
      });
    return Object.assign(worker, {
      id,
      process,
      exitedAfterDisconnect: true,
      isConnected: () => id in cluster.workers,
      isDead: () => !(id in cluster.workers),
      send: (message: unknown, handle?: unknown) => {
        setImmediate(() => process.emit("message", message, handle as never));
        return true;
      },
      kill: end,
      destroy: end,
      disconnect: end,
    });
  }

  /** The same process is a worker from now on. */
  function become(worker: EventEmitter): void {
    Object.assign(cluster, {
      isPrimary: false,
      isMaster: false,
      isWorker: true,
      worker,
      _getServer: getServer,
    });
    const send = (message: unknown, handle?: unknown): boolean => {
      setImmediate(() => {
        worker.emit("message", message, handle);
        cluster.emit("message", worker, message, handle);
      });
      return true;
    };
    Object.assign(process, { send, connected: true, disconnect() {} });
    sync();
  }

  cluster.fork = (env) => {
    const id = ++last;
    const worker = makeWorker(id);
    cluster.workers[id] = worker;
    setImmediate(() => {
      cluster.emit("fork", worker);
      worker.emit("online");
      cluster.emit("online", worker);
      if (id !== 1) return;
      onFork();
      Object.assign(process.env, env);
      become(worker);
      const { exec = entry, args } = cluster.settings;
      if (args) process.argv.splice(2, Infinity, ...args);
      runAgain(exec).catch((error: unknown) =>
        process.nextTick(() => {
          throw error;
        }),
      );
    });
    return worker;
  };
  cluster.workers ??= {};
  cluster.settings ??= {};
  cluster.setupPrimary = (settings) => void Object.assign(cluster.settings, settings);
  cluster.setupMaster = cluster.setupPrimary;
  cluster.disconnect = (callback) => {
    for (const worker of Object.values(cluster.workers)) (worker as { disconnect(): void }).disconnect();
    if (callback) setImmediate(() => setImmediate(callback));
  };
  sync();
}

/** In Node, the servers of a worker ask their primary for a handle: here there is none to ask. */
const getServer: Cluster["_getServer"] = (_server, { address, port, addressType, fd, flags }, done) => {
  if (typeof addressType === "string") return done(-constants.errno.EINVAL);
  const { _createServerHandle: create } = net as unknown as { _createServerHandle: CreateServerHandle };
  const handle = create(address, port, addressType, fd, flags);
  if (typeof handle === "number") done(handle);
  else done(0, handle);
};

/** For those who import single names. */
function sync(): void {
  (process.getBuiltinModule("node:module") as unknown as typeof Module).syncBuiltinESMExports?.();
}
