import type { Server } from "node:net";
import type { WelcomedListener } from "../../core/protocol/messages.ts";
import { overlaps, type AskedAddress } from "./asked-address.ts";
import { pretend, type Pretence } from "./pretend-listen.ts";

/** A server of the program that listens where its group does, as far as the program knows. */
interface Claim {
  readonly server: Server;
  readonly asked: AskedAddress;
  /** There until it accepts. */
  pretence: Pretence | undefined;
}

/** The servers of a program on its group's listeners. */
export interface Claims {
  /** Whether any of them listens, or one on this listener. */
  isOpen(listener?: WelcomedListener): boolean;
  /** Whether one of them keeps another from listening at an address, as it would by hand. */
  isTaken(listener: WelcomedListener, asked: AskedAddress): boolean;
  /** Takes in a server, which looks from now on as if it listened. */
  add(server: Server, listener: WelcomedListener, asked: AskedAddress): void;
}

/**
 * One socket accepts for one server, the first that is open: the second of a program that opens IPv4 and IPv6 gets no
 * connections before the first is closed. A server accepts in the turn after its program has been told that it listens:
 * one that only finds out whether the port is free is closed by then, and has taken no connection.
 *
 * @param accept lets a server accept for a listener.
 */
export function createClaims(
  accept: (server: Server, listener: WelcomedListener, asked: AskedAddress) => void,
): Claims {
  const all = new Map<string, Claim[]>();

  function openOf({ name }: WelcomedListener): Claim[] {
    const open = (all.get(name) ?? []).filter(({ server }) => server.listening);
    all.set(name, open);
    return open;
  }

  function settle(listener: WelcomedListener): void {
    const [first] = openOf(listener);
    if (!first?.pretence?.end()) return;
    first.pretence = undefined;
    accept(first.server, listener, first.asked);
  }

  return {
    isOpen: (listener) =>
      listener
        ? openOf(listener).length > 0
        : [...all.values()].some((claims) => claims.some(({ server }) => server.listening)),
    isTaken: (listener, asked) => openOf(listener).some((claim) => overlaps(claim.asked, asked)),
    add(server, listener, asked) {
      const open = openOf(listener);
      open.push({ server, asked, pretence: pretend(server, listener) });
      // Closed at once, or later: whoever is next accepts then.
      const next = (): void => void setImmediate(settle, listener);
      next();
      server.once("close", next);
    },
  };
}
