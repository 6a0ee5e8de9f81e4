import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { PoolError } from "../../core/contract/errors.ts";
import type { ListenAddress, OpenListener } from "../../core/contract/runtime.ts";
import { listenError } from "./listen-error.ts";
import { socketCalls } from "./sockets.ts";
import { openUnixListener } from "./unix-listener.ts";

/**
 * Opens a socket for workers to inherit, as the runtime of this process can. Rejects with `E_LISTEN` and one line
 * that names the address, what is wrong with it, and the way out.
 *
 * A port that another program has only bound, without listening, is not seen as taken: it is bound with
 * SO_REUSEADDR, with which Linux refuses at `listen` only. The worker that listens first then fails.
 */
export async function openListener(address: ListenAddress): Promise<OpenListener> {
  const calls = socketCalls();
  if (typeof calls === "string") throw new PoolError("E_LISTEN", calls);
  if (address.path !== undefined) return openUnixListener(calls, address.path, address);
  const port = address.port ?? 0;
  const host = address.host ?? "127.0.0.1";
  const { ip, family } = await resolve(host, port);
  const socket = calls.bind(ip, port, family, address.reusePort === true);
  if (typeof socket === "string") throw listenError(host, port, socket);
  return { fd: socket.fd, port: socket.port, host: ip, close: socket.close };
}

async function resolve(host: string, port: number): Promise<{ ip: string; family: number }> {
  const known = isIP(host);
  if (known !== 0) return { ip: host, family: known };
  try {
    const { address, family } = await lookup(host);
    return { ip: address, family };
  } catch (error) {
    throw new PoolError(
      "E_LISTEN",
      `cannot listen on ${host}:${port}: no address is known for the name ${host}`,
      {
        cause: error,
      },
    );
  }
}
