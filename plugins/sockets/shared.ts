import type { InheritedListener, OpenListener } from "../../core/runtime.ts";
import type { ListenerRequest, SharedListener, SocketStrategy } from "./strategy.ts";
import { cannotOpen, LISTENS } from "./strategy.ts";

/**
 * One socket that the supervisor opens and every worker accepts on. The queue outlives any worker, because the
 * supervisor holds the socket too; the kernel wakes whoever is idle, so one worker can take more than its share.
 */
export const shared: SocketStrategy = {
  name: "shared",
  scalable: true,
  balanced: false,
  keepsQueue: true,
  joins: true,
  refusal: cannotOpen,
  open: async ({ listener, runtime }) => shareOne(await runtime.openListener!(listener), listener),
};

/** Shares a socket that is open already. */
export function shareOne(opened: OpenListener, listener: ListenerRequest["listener"]): SharedListener {
  const { fd, port, host, path } = opened;
  const { name, backlog } = listener;
  const inherited = Array.from({ length: LISTENS }, (): InheritedListener => ({
    name,
    fd,
    port,
    host,
    path,
    backlog,
  }));
  return { opened, inherited: () => inherited, close: () => opened.close() };
}
