import { createConnection } from "node:net";
import type { Socket } from "node:net";
import { dirname, join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { PoolError } from "../../core/errors.ts";
import { createFrameDecoder, encodeFrame } from "../../core/frames.ts";
import type { Pool } from "../../core/pool.ts";
import { readToken } from "../../system/token.ts";
import { createCallers } from "./caller/callers.ts";
import type { CallGroup } from "./caller/client.ts";
import type { PeerDirectory, PeersUpdate } from "./wire/peer.ts";
import { loadsFrom } from "./caller/loads.ts";
import type { Picker } from "./caller/pick.ts";
import { poolDirectory, verifyPrivate } from "../control/directory.ts";
import { PROGRAMS_SOCKET, PROGRAMS_TOKEN } from "./programs.ts";
import { registries } from "./registry.ts";
import type { Registry } from "./registry.ts";
import { needWorker, restartStuck } from "./requests.ts";

/** The pool to connect to: one of this process, the name of one that `poolable start` runs, or its folder. */
export type PoolTarget = Pool | string | { readonly directory: string };

/** A way to call the jobs of a pool from outside of its workers. */
export interface PoolConnection {
  /** The jobs of a group: `jobs("images").run("resize", …)`. */
  readonly jobs: CallGroup;
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
  if (typeof target === "object" && "hooks" in target) {
    const registry = registries.get(target);
    if (!registry)
      throw new PoolError(
        "E_STATE",
        `pool ${target.name} has no job group, or is not started, or has stopped`,
      );
    const own = ownDirectory(target, registry);
    return createCallers({
      name: "supervisor",
      directory: own,
      clock,
      loadOf,
      pick: decided(target),
    }) as PoolConnection;
  }
  const directory = typeof target === "string" ? poolDirectory(target) : target.directory;
  const socket = await open(directory, typeof target === "string" ? target : directory);
  const remote = remoteDirectory(socket);
  return createCallers({
    name: `program ${process.pid}`,
    directory: remote,
    clock,
    loadOf,
  }) as PoolConnection;
}

/** In the supervisor's process a plugin may pick: the `pickWorker` decision comes before the strategy. */
function decided({ decisions }: Pool): (group: string) => Picker {
  return (group) => (able) => {
    if (!decisions.pickWorker.isUsed()) return undefined;
    const slot = decisions.pickWorker.call({ group, candidates: able.map(({ peer }) => peer.slot) });
    return able.find(({ peer }) => peer.slot === slot);
  };
}

function ownDirectory(pool: Pool, registry: Registry): PeerDirectory {
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
    needWorker: (group, waiting, waitedMs) => needWorker(pool, group, "supervisor", { waiting, waitedMs }),
    stuck: (group, { slot, epoch }) => restartStuck(pool, group, slot, epoch),
    close() {},
  };
}

function remoteDirectory(socket: Socket): PeerDirectory {
  const listeners = new Map<string, (update: PeersUpdate) => void>();
  const decoder = createFrameDecoder();
  const say = (type: string, group: string, more: object = {}): void => {
    if (socket.writable) socket.write(encodeFrame({ type, group, ...more }));
  };
  socket.on("data", (chunk: Uint8Array) => {
    const fault = decoder.push(chunk, ({ type, group, ...update }) => {
      if (type === "peers") listeners.get(String(group))?.(update as PeersUpdate);
    });
    if (fault) socket.destroy();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    for (const listener of listeners.values()) listener({ whole: true, state: "stopping" });
  });
  return {
    isWorker: false,
    watch(group, listener) {
      listeners.set(group, listener);
      if (socket.writable) say("watch", group);
      else listener({ state: "stopping" });
      return () => void listeners.delete(group);
    },
    needWorker: (group, waiting, waitedMs) => say("need", group, { waiting, waitedMs }),
    stuck: (group, peer) => say("stuck", group, { slot: peer.slot, epoch: peer.epoch }),
    close: () => void socket.destroy(),
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
