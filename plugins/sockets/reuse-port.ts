import type { SocketStrategy } from "./strategy.ts";
import { cannotOpen } from "./strategy.ts";

/**
 * Every worker binds a SO_REUSEPORT socket of its own, for programs that insist on it. What waits in a worker's
 * queue is lost with the worker, unless `net.ipv4.tcp_migrate_req` is 1. The supervisor holds the port with a
 * socket that never listens, so that nobody takes it while no worker has it.
 */
export const reusePort: SocketStrategy = {
  name: "reuse-port",
  scalable: true,
  balanced: true,
  keepsQueue: false,
  joins: true,

  refusal({ runtime, abilities, listener }) {
    if (listener.path !== undefined) return "a Unix domain socket cannot be bound twice";
    const wrong = [abilities.openReusePort, abilities.bindReusePort].find((ability) => ability !== true);
    return cannotOpen(runtime) ?? (wrong as string | undefined);
  },

  async open({ listener, runtime }) {
    const { name, backlog, host } = listener;
    if (listener.port !== 0) (await runtime.openListener!(listener)).close();
    const reserved = await runtime.openListener!({ host, port: listener.port, reusePort: true });
    const inherited = [{ name, port: reserved.port, host: reserved.host, backlog, reusePort: true }];
    return { opened: reserved, inherited: () => inherited, close: () => reserved.close() };
  },
};
