import { PoolError } from "../../core/contract/errors.ts";

/**
 * Returns the error of a TCP address that cannot be listened on: what is wrong, and the way out.
 *
 * @param code The error code of the system, such as `EADDRINUSE`.
 * @returns A PoolError `E_LISTEN`.
 */
export function listenError(host: string, port: number, code: string): PoolError {
  const at = `cannot listen on ${host.includes(":") ? `[${host}]` : host}:${port}`;
  const reasons: Record<string, string> = {
    EADDRINUSE: `port ${port} is in use: stop the program that has it, or choose another port`,
    EACCES:
      port < 1024
        ? `ports below 1024 need privileges: choose a higher port, or grant CAP_NET_BIND_SERVICE`
        : "permission denied",
    EADDRNOTAVAIL: `this machine has no address ${host}: use one of its own, 127.0.0.1, or 0.0.0.0 for all`,
  };
  return new PoolError("E_LISTEN", `${at}: ${reasons[code] ?? code}`, { cause: new Error(code) });
}
