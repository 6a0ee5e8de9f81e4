import { Socket } from "node:net";
import { constants, networkInterfaces } from "node:os";

/**
 * Refuses what a program connects to on its own port while it does not listen there, as it would be by hand: others
 * listen on the same socket, so that the system would let it connect. Returns its remover.
 *
 * @param isOwn whether the program would be the one who listens on a port of this machine, and does not.
 */
export function refuseOwnConnections(isOwn: (port: number) => boolean): () => void {
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function (this: Socket, ...args: never[]): Socket {
    const { port, host } = target(args);
    if (port === undefined || !isOwn(port) || !isHere(host))
      return Reflect.apply(connect, this, args) as Socket;
    const error = Object.assign(new Error(`connect ECONNREFUSED ${host}:${port}`), {
      code: "ECONNREFUSED",
      errno: -constants.errno.ECONNREFUSED,
      syscall: "connect",
      address: host,
      port,
    });
    process.nextTick(() => this.destroy(error));
    return this;
  } as Socket["connect"];
  return () => void (Socket.prototype.connect = connect);
}

/** What `connect` is given: options, or a port and a host; `net.connect` puts them into a list. */
function target([given, second]: readonly unknown[]): { port?: number; host: string } {
  const first: unknown = Array.isArray(given) ? given[0] : given;
  const { port, host, path } =
    typeof first === "object" && first !== null
      ? (first as Readonly<Record<string, unknown>>)
      : { port: first, host: second, path: undefined };
  if (path !== undefined && path !== null) return { host: "" };
  const number = typeof port === "number" || typeof port === "string" ? Number(port) : Number.NaN;
  const at = typeof host === "string" && host !== "" ? host : "localhost";
  return Number.isInteger(number) ? { port: number, host: at } : { host: at };
}

/** Whether an address is one of this machine. */
function isHere(host: string): boolean {
  if (host === "localhost" || host.startsWith("127.") || ["::1", "::", "0.0.0.0"].includes(host)) return true;
  return Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === host));
}
