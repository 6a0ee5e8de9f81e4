import { createConnection } from 'node:net';
import { dirname, join } from 'node:path';
import { P as PoolError } from '../shared/poolable.DdW9wZ4H.mjs';
import { c as createFrameDecoder, e as encodeFrame } from '../shared/poolable.DA7cRZI2.mjs';
import { c as createCallers, l as loadsFrom } from '../shared/poolable.Byx8o-YS.mjs';
import { p as poolDirectory, v as verifyPrivate } from '../shared/poolable.g9yVlwtV.mjs';
import { r as registries, P as PROGRAMS_SOCKET, a as restartStuck, n as needWorker } from '../shared/poolable.CWFjaEwD.mjs';
import 'node:fs';
import '../shared/poolable.DghgEwJh.mjs';
import '../shared/poolable.Cyn1lGc9.mjs';
import '../shared/poolable.CBWgDNvk.mjs';
import 'node:fs/promises';
import 'node:os';
import 'node:crypto';

async function connectTo(target, clock) {
  const loadOf = loadsFrom(() => clock.now());
  if (typeof target === "object" && "hooks" in target) {
    const registry = registries.get(target);
    if (!registry)
      throw new PoolError(
        "E_STATE",
        `pool ${target.name} has no job group, or is not started, or has stopped`
      );
    const own = ownDirectory(target, registry);
    return createCallers({
      name: "supervisor",
      directory: own,
      clock,
      loadOf,
      pick: decided(target)
    });
  }
  const directory = typeof target === "string" ? poolDirectory(target) : target.directory;
  const socket = await open(directory, typeof target === "string" ? target : directory);
  const remote = remoteDirectory(socket);
  return createCallers({
    name: `program ${process.pid}`,
    directory: remote,
    clock,
    loadOf
  });
}
function decided({ decisions }) {
  return (group) => (able) => {
    if (!decisions.pickWorker.isUsed()) return void 0;
    const slot = decisions.pickWorker.call({ group, candidates: able.map(({ peer }) => peer.slot) });
    return able.find(({ peer }) => peer.slot === slot);
  };
}
function ownDirectory(pool, registry) {
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
      return () => {
      };
    },
    needWorker: (group, waiting, waitedMs) => needWorker(pool, group, "supervisor", { waiting, waitedMs }),
    stuck: (group, { slot, epoch }) => restartStuck(pool, group, slot, epoch),
    close() {
    }
  };
}
function remoteDirectory(socket) {
  const listeners = /* @__PURE__ */ new Map();
  const decoder = createFrameDecoder();
  const say = (type, group, more = {}) => {
    if (socket.writable) socket.write(encodeFrame({ type, group, ...more }));
  };
  socket.on("data", (chunk) => {
    const fault = decoder.push(chunk, ({ type, group, ...update }) => {
      if (type === "peers") listeners.get(String(group))?.(update);
    });
    if (fault) socket.destroy();
  });
  socket.on("error", () => {
  });
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
    close: () => void socket.destroy()
  };
}
async function open(directory, name) {
  try {
    for (const path of [dirname(directory), directory]) await verifyPrivate(path);
    return await new Promise((resolve, reject) => {
      const socket = createConnection(join(directory, PROGRAMS_SOCKET));
      socket.once("error", reject);
      socket.once("connect", () => resolve(socket.off("error", reject)));
    });
  } catch (error) {
    if (error instanceof PoolError) throw error;
    const { code, message } = error;
    if (code === "ENOENT" || code === "ECONNREFUSED")
      throw new PoolError(
        "E_NOT_RUNNING",
        `pool "${name}" is not running, or has no group whose jobs can be called`
      );
    throw new PoolError("E_CONTROL", `pool "${name}" cannot be reached: ${message}`, { cause: error });
  }
}

export { connectTo };
