import type { SocketStrategy } from "./strategy.ts";

/**
 * One socket that the supervisor opens and every worker accepts on. The queue outlives any worker, because the
 * supervisor holds the socket too; the kernel wakes whoever is idle, so a busy worker can take more than its share.
 */
export const shared: SocketStrategy = {
  name: "shared",
  scalable: true,
  balanced: false,
  keepsQueue: true,
  refusal: (runtime) =>
    runtime.openListener
      ? undefined
      : `a supervisor with ${runtime.name} cannot open sockets for its workers`,
  async open({ listener, runtime }) {
    const opened = await runtime.openListener!(listener);
    const { fd, port, host, path } = opened;
    const { name, backlog } = listener;
    const inherited = [{ name, fd, port, host, path, backlog }];
    return { opened, inherited: () => inherited, close: () => opened.close() };
  },
};
