import type { SocketStrategy } from "./strategy.ts";
import { cannotOpen } from "./strategy.ts";

/**
 * Every worker binds a SO_REUSEPORT socket of its own, for programs that insist on it. What waits in a worker's
 * queue is lost with the worker, unless `net.ipv4.tcp_migrate_req` is 1. The supervisor holds the port with a
 * socket that never listens, so that nobody takes it while no worker has it; one that can open no sockets leaves
 * even that to the workers.
 */
export const reusePort: SocketStrategy = {
  name: "reuse-port",
  scalable: true,
  balanced: true,
  keepsQueue: false,
  joins: true,

  refusal(request) {
    const { abilities, listener } = request;
    if (listener.path !== undefined) return "a Unix domain socket cannot be bound twice";
    if (abilities.bindReusePort !== true) return abilities.bindReusePort;
    const cannot = cannotOpen(request);
    if (cannot !== undefined) return listener.port === 0 ? `${cannot}, port 0 among them` : undefined;
    return abilities.openReusePort === true ? undefined : abilities.openReusePort;
  },

  async open(request) {
    const { listener, runtime } = request;
    const { name, backlog, host, port } = listener;
    if (cannotOpen(request) !== undefined) {
      const own = [{ name, port, host, backlog, reusePort: true }];
      return { opened: listener, inherited: () => own, close() {} };
    }
    if (listener.port !== 0) (await runtime.openListener!(listener)).close();
    const reserved = await runtime.openListener!({ host, port: listener.port, reusePort: true });
    const inherited = [{ name, port: reserved.port, host: reserved.host, backlog, reusePort: true }];
    return { opened: reserved, inherited: () => inherited, close: () => reserved.close() };
  },
};
