import { resolve } from "node:path";

/** Where a program wants to listen. */
export interface AskedAddress {
  readonly port?: number;
  readonly host?: string;
  /** Absolute. */
  readonly path?: string;
  readonly signal?: AbortSignal;
  readonly ipv6Only?: boolean;
}

/** Reads the arguments of `server.listen`; `undefined` when they name no address (a descriptor, a handle). */
export function askedAddress(args: readonly unknown[]): AskedAddress | undefined {
  const [first, second] = args;
  if (typeof first === "object" && first !== null) {
    const { port, host, path, fd, signal, ipv6Only } = first as Record<string, unknown>;
    if (fd !== undefined || "_handle" in first) return undefined;
    if (port === undefined && typeof path === "string")
      return { path: resolve(path), signal: signalOf(signal) };
    const asked = { host: textOf(host), signal: signalOf(signal), ipv6Only: ipv6Only === true };
    return isPort(port) ? { port: Number(port), ...asked } : undefined;
  }
  if (isPort(first)) return { port: Number(first), host: textOf(second) };
  if (typeof first === "string" && first !== "") return { path: resolve(first) };
  // `listen()`, `listen(callback)` and `listen(undefined, …)` take any free port.
  return first === undefined || first === null || typeof first === "function" ? { port: 0 } : undefined;
}

/** An address as a person writes it: `3000`, `0.0.0.0:3000`, `/run/web.sock`. */
export function showAddress({ port, host, path }: AskedAddress): string {
  if (path !== undefined) return path;
  return host === undefined ? `${port}` : `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Whether two servers of one program cannot both have what they ask for, by hand. */
export function overlaps(one: AskedAddress, other: AskedAddress): boolean {
  if (one.path !== undefined || other.path !== undefined) return one.path === other.path;
  if (one.host === other.host) return true;
  const covers = ({ host = "::", ipv6Only }: AskedAddress, { host: at = "::" }: AskedAddress): boolean =>
    (host === "::" && (!ipv6Only || at.includes(":"))) || (host === "0.0.0.0" && /^[\d.]+$/.test(at));
  return covers(one, other) || covers(other, one);
}

/** Node takes a port as text too. */
function isPort(value: unknown): boolean {
  if (typeof value === "string") return /^\d{1,5}$/.test(value.trim());
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function signalOf(value: unknown): AbortSignal | undefined {
  return value instanceof AbortSignal ? value : undefined;
}
