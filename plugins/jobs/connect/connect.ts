import { createConnection } from "node:net";
import type { Socket } from "node:net";
import { dirname, join } from "node:path";
import type { Clock } from "../../../core/contract/clock.ts";
import { PoolError } from "../../../core/contract/errors.ts";
import type { Pool } from "../../../core/contract/pool.ts";
import { encodeFrame } from "../../../core/protocol/frames.ts";
import { readToken } from "../../../system/token.ts";
import { poolDirectory, verifyPrivate } from "../../control/directory.ts";
import { createCallers } from "../client/callers.ts";
import type { Callers } from "../client/callers.ts";
import type { CallGroup } from "../client/client.ts";
import { loadsFrom } from "../client/loads.ts";
import type { Picker } from "../client/pick.ts";
import { PROGRAMS_SOCKET, PROGRAMS_TOKEN } from "../supervisor/external-clients.ts";
import { registries } from "../supervisor/registry.ts";
import type { JobsOfPool } from "../supervisor/registry.ts";
import { needWorker, restartStuck } from "../supervisor/requests.ts";
import type { PeerDirectory } from "../wire/peer.ts";
import { createRemote } from "./remote.ts";
import type { ConnectionState } from "./remote.ts";

/** The pool to connect to: one of this process, the name of one that `poolable start` runs, or its folder. */
export type PoolTarget = Pool | string | { readonly directory: string };

export type { ConnectionState } from "./remote.ts";

/** A way to call the jobs of a pool from outside of its workers. */
export interface PoolConnection {
  /** The jobs of a group: `jobs("images").run("resize", …)`. */
  readonly jobs: CallGroup;
  /**
   * `away` while the supervisor is gone: it is tried again, at its address of then, until it is back or `close()` is
   * called. Calls wait meanwhile, within their `queueTimeout`. `closed` after `close()`, and for a pool of this process
   * when that has ended.
   */
  readonly state: ConnectionState;
  /** Calls `listener` with each later `state`; returns its remover. What it throws is thrown outside of any call. */
  onState(listener: (state: ConnectionState) => void): () => void;
  /** Gives up what has not settled, with `POOL_STOPPING`. A connection holds its process until then. */
  close(): void;
}

/**
 * Connects to a pool.
 *
 * @throws PoolError `E_STATE` for a pool of this process that is not started, or has no group to call;
 *   `E_NOT_RUNNING` and `E_CONTROL` for one of another.
 */
export async function connectTo(target: PoolTarget, clock: Clock): Promise<PoolConnection> {
  const loadOf = loadsFrom(() => clock.now());
  const listeners = new Set<(state: ConnectionState) => void>();
  const changed = (state: ConnectionState): void => {
    for (const listener of [...listeners]) queueMicrotask(() => listener(state));
  };
  const onState: PoolConnection["onState"] = (listener) => {
    // A function of its own, so that a listener added twice is called twice and removed once.
    const entry = (state: ConnectionState): void => listener(state);
    listeners.add(entry);
    return () => void listeners.delete(entry);
  };
  if (typeof target === "object" && "hooks" in target) {
    const jobs = registries.get(target.decisions);
    if (!jobs)
      throw new PoolError(
        "E_STATE",
        `pool ${target.name} has no job group, or is not started, or has stopped`,
      );
    let state: ConnectionState = "connected";
    const close = (): void => {
      if (state === "closed") return;
      state = "closed";
      changed(state);
    };
    const own = { ...ownDirectory(jobs), close };
    const pick = decided(target);
    const callers = createCallers({ name: "supervisor", directory: own, clock, loadOf, pick });
    void target.closed.then(close);
    return connectionOf(callers, onState, () => state);
  }
  const name = typeof target === "string" ? target : target.directory;
  const find = (): string => (typeof target === "string" ? poolDirectory(target) : target.directory);
  const socket = await open(find(), name);
  const remote = createRemote(socket, { clock, changed, open: () => open(find(), name) });
  const callers = createCallers({ name: `program ${process.pid}`, directory: remote, clock, loadOf });
  return connectionOf(callers, onState, () => remote.state);
}

function connectionOf(
  { jobs, close }: Callers,
  onState: PoolConnection["onState"],
  stateOf: () => ConnectionState,
): PoolConnection {
  return {
    jobs: jobs as CallGroup,
    get state() {
      return stateOf();
    },
    onState,
    close,
  };
}

/** In the supervisor's process a plugin may pick: the `pickWorker` decision comes before the strategy. */
function decided({ decisions }: Pool): (group: string) => Picker {
  return (group) => (able) => {
    if (!decisions.pickWorker.isUsed()) return undefined;
    const slot = decisions.pickWorker.call({ group, candidates: able.map(({ peer }) => peer.slot) });
    return able.find(({ peer }) => peer.slot === slot);
  };
}

function ownDirectory({ registry, context }: JobsOfPool): PeerDirectory {
  return {
    isWorker: false,
    watch(group, listener) {
      if (registry.has(group))
        return registry.watch(group, (update) => {
          listener(update);
          return true;
        });
      const message = `no group ${JSON.stringify(group)} runs jobs; there are ${registry.names.join(", ")}`;
      listener({ refusal: { code: "UNKNOWN_GROUP", message } });
      return () => {};
    },
    needWorker: (group, waiting, waitedMs) => needWorker(context, group, "supervisor", { waiting, waitedMs }),
    stuck: (group, { slot, epoch }) => restartStuck(context, group, slot, epoch),
    close() {},
  };
}

async function open(directory: string, name: string): Promise<Socket> {
  try {
    for (const path of [dirname(directory), directory]) await verifyPrivate(path);
    const token = await readToken(join(directory, PROGRAMS_TOKEN));
    const socket = await new Promise<Socket>((resolve, reject) => {
      const socket = createConnection(join(directory, PROGRAMS_SOCKET));
      socket.once("error", reject);
      socket.once("connect", () => resolve(socket.off("error", reject)));
    });
    socket.write(encodeFrame({ type: "hello", token }));
    return socket;
  } catch (error) {
    if (error instanceof PoolError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ECONNREFUSED")
      throw new PoolError(
        "E_NOT_RUNNING",
        `pool "${name}" is not running, or has no group whose jobs can be called`,
      );
    throw new PoolError("E_CONTROL", `pool "${name}" cannot be reached: ${message}`, { cause: error });
  }
}
