import type { InheritedListener, OpenListener } from "../../core/contract/runtime.ts";
import { slotIds } from "../../core/contract/slots.ts";
import type { SocketStrategy } from "./strategy.ts";
import { cannotOpen, LISTENS } from "./strategy.ts";

/** Slots on one port, at most: every worker inherits the sockets of all. */
const MAX_SLOTS = 128;

/** Descriptors that one worker inherits for adoptions, about; each adoption uses one up. */
const SPARE_FDS = 256;

/**
 * One SO_REUSEPORT socket per slot, all held open by the supervisor. The system spreads new connections over the
 * sockets that somebody has listened on; a worker accepts on its slot's, and ready siblings adopt the others.
 * A socket that nobody has listened on gets no connections, so all are bound at once and wait for their slots.
 */
export const ring: SocketStrategy = {
  name: "ring",
  scalable: true,
  balanced: true,
  keepsQueue: true,
  joins: true,

  refusal(request) {
    const { abilities, listener, partners } = request;
    if (listener.path !== undefined) return "a Unix domain socket cannot be bound twice";
    const slots = partners.reduce((sum, { group }) => sum + group.max, 0);
    if (slots > MAX_SLOTS) return `it takes one socket per slot, ${MAX_SLOTS} at most, not ${slots}`;
    return cannotOpen(request) ?? (abilities.openReusePort === true ? undefined : abilities.openReusePort);
  },

  async open({ partners, listener, runtime }) {
    const { name, backlog, host } = listener;
    // SO_REUSEPORT would share a port with any other ring of this user: whether it is free, only a socket
    // without it can tell.
    if (listener.port !== 0) (await runtime.openListener!(listener)).close();
    const slots = partners.flatMap(({ group }) => slotIds(group));
    const closeAll = (all: readonly OpenListener[]): void => all.forEach((socket) => socket.close());
    async function openAll(given: number | undefined): Promise<OpenListener[]> {
      const all: OpenListener[] = [];
      try {
        for (const _ of slots) {
          const port = all[0]?.port ?? given;
          all.push(await runtime.openListener!({ host, port, reusePort: true }));
        }
      } catch (error) {
        closeAll(all);
        throw error;
      }
      return all;
    }
    let sockets = await openAll(listener.port);

    const adoptions = Math.min(16, Math.max(2, Math.floor(SPARE_FDS / slots.length)));
    const socketOf = (index: number): InheritedListener => {
      const { fd, port, host: at } = sockets[index]!;
      return { name, slot: slots[index], fd, port, host: at, backlog };
    };
    return {
      opened: sockets[0]!,
      adoptions,
      renewsBesideWorkers: true,
      async renew() {
        const fresh = await openAll(sockets[0]!.port);
        closeAll(sockets);
        sockets = fresh;
      },
      inherited: (own) =>
        slots.flatMap((slot, index) =>
          Array.from({ length: slot === own ? LISTENS : adoptions }, () => socketOf(index)),
        ),
      close: () => closeAll(sockets),
    };
  },
};
