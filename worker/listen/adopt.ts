import { closeSync } from "node:fs";
import { Socket, type Server } from "node:net";
import { createFront } from "./acceptor.ts";

/** A socket of another slot; `fd` is this process's own number. */
export interface SiblingSocket {
  readonly name: string;
  readonly slot: string;
  readonly fd: number;
  readonly backlog?: number;
}

/** The sockets of other slots that this worker accepts on. */
export interface Adoptions {
  /** Accepts on the sockets of a slot, for every server that listens, or will. Again: nothing. */
  adopt(slot: string): void;
  /** Stops accepting on them; accepted connections stay. */
  release(slot: string): void;
  /** A server of this worker listens: it gets the connections of the adopted sockets of that name. */
  serve(server: Server, name: string): void;
  /** A server was closed by its program: it gets no more of them. `isAll` when no other one is left. */
  leave(server: object, isAll: boolean): void;
  /** Stops accepting on all of them, for good. */
  close(): void;
}

/**
 * Accepts on sockets of other slots with a plain server, and hands each connection to the worker's own server of
 * that name, to which it is as if it had accepted it. Every adoption takes another descriptor of the socket,
 * because to stop accepting is to close one. `onError` gets what kept one from being accepted on.
 */
export function createAdoptions(
  sockets: readonly SiblingSocket[],
  onError: (slot: string, error: Error) => void,
): Adoptions {
  const spare = new Set(sockets);
  const servers = new Map<string, Server>();
  const adopted = new Map<string, Map<string, Server>>();
  let closed = false;

  function open(slot: string, name: string): void {
    const fronts = adopted.get(slot);
    const server = servers.get(name);
    if (!fronts || !server || fronts.has(name)) return;
    const socket = [...spare].find((each) => each.slot === slot && each.name === name);
    if (!socket) return;
    spare.delete(socket);
    const front = createFront(server);
    front.on("error", (error) => onError(slot, error));
    const { fd, backlog } = socket;
    // Twice: beside an `fd`, Node does not look at `options.backlog`, and Bun looks at nothing else.
    Reflect.apply(front.listen, front, [{ fd, backlog }, backlog]);
    fronts.set(name, front);
  }

  function release(slot: string): void {
    for (const front of adopted.get(slot)?.values() ?? []) front.close();
    adopted.delete(slot);
  }

  return {
    adopt(slot) {
      if (closed || adopted.has(slot)) return;
      adopted.set(slot, new Map());
      for (const name of servers.keys()) open(slot, name);
    },
    release,
    serve(server, name) {
      if (closed) return;
      servers.set(name, server);
      for (const slot of adopted.keys()) open(slot, name);
    },
    leave(server, isAll) {
      for (const [name, known] of servers) {
        if (known !== server) continue;
        servers.delete(name);
        for (const fronts of adopted.values()) {
          fronts.get(name)?.close();
          fronts.delete(name);
        }
      }
      // The supervisor gives them to a sibling.
      if (isAll) adopted.clear();
    },
    close() {
      closed = true;
      for (const slot of adopted.keys()) release(slot);
      // A socket stays open for as long as anybody has a descriptor of it.
      for (const { fd } of spare) letGo(fd);
      spare.clear();
    },
  };
}

/** Closes a descriptor that nobody has used. The program may have closed it: all descriptors are within its reach. */
export function letGo(fd: number): void {
  try {
    // Deno closes only what it has opened itself, or made a socket of.
    if (process.versions["deno"]) new Socket({ fd }).on("error", () => {}).destroy();
    else closeSync(fd);
  } catch {}
}
