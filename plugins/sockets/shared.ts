import { PoolError } from "../../core/contract/errors.ts";
import type { InheritedListener, OpenListener } from "../../core/contract/runtime.ts";
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
  async open({ listener, runtime }) {
    const opened = await runtime.openListener!(listener);
    const again = listener.path === undefined ? { ...listener, port: opened.port } : listener;
    let open: OpenListener | undefined = opened;
    return {
      opened,
      inherited() {
        if (!open) throw new PoolError("E_LISTEN", "its socket could not be opened again");
        return inheritedOf(open, listener);
      },
      renewsBesideWorkers: false,
      async renew() {
        // Two sockets cannot have the address at once.
        open?.close();
        open = undefined;
        open = await runtime.openListener!(again);
      },
      close: () => open?.close(),
    };
  },
};

/** Shares a socket that is open already. */
export function shareOne(opened: OpenListener, listener: ListenerRequest["listener"]): SharedListener {
  return { opened, inherited: () => inheritedOf(opened, listener), close: () => opened.close() };
}

function inheritedOf(
  { fd, port, host, path }: OpenListener,
  { name, backlog }: ListenerRequest["listener"],
): InheritedListener[] {
  return Array.from({ length: LISTENS }, () => ({ name, fd, port, host, path, backlog }));
}
