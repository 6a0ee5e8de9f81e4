import { networkInterfaces } from "node:os";
import { ownNumbers } from "../../system/libc/libc.ts";

/**
 * An address as the system's calls have it: `sockaddr_in` or `sockaddr_in6`. The text must be an IP address, with its
 * zone where it has one.
 */
export function encodeAddress(ip: string, port: number): Uint8Array {
  const { inet, inet6 } = ownNumbers();
  const bytes = ip.includes(":") ? begin(inet6, 28) : begin(inet, 16);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, port);
  if (!ip.includes(":")) {
    bytes.set(ip.split(".").map(Number), 4);
    return bytes;
  }
  const [address = "", zone] = ip.split("%");
  groupsOf(address).forEach((group, index) => view.setUint16(8 + 2 * index, group));
  if (zone !== undefined) view.setUint32(24, zoneNumber(zone), true);
  return bytes;
}

/** The path of a Unix domain socket: `sockaddr_un`. */
export function encodePath(path: string): Uint8Array {
  const text = new TextEncoder().encode(path);
  const bytes = begin(ownNumbers().unix, 2 + text.length + 1);
  bytes.set(text, 2);
  return bytes;
}

/** Where a TCP socket is; nothing for another one. */
export function decodeAddress(bytes: Uint8Array): { host?: string; port?: number } {
  const { inet, inet6, lengthFirst } = ownNumbers();
  const family = bytes[lengthFirst ? 1 : 0];
  const view = new DataView(bytes.buffer);
  if (family === inet) return { host: [...bytes.subarray(4, 8)].join("."), port: view.getUint16(2) };
  if (family !== inet6) return {};
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(8 + 2 * index).toString(16));
  return { host: shortened(groups.join(":")), port: view.getUint16(2) };
}

function begin(family: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  if (ownNumbers().lengthFirst) bytes.set([length, family]);
  else bytes[0] = family;
  return bytes;
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const [before = [], after = []] = shortened(address)
    .split("::")
    .map((part) => (part === "" ? [] : part.split(":")));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}

/** The one way to write an IPv6 address, without IPv4 in it: a URL has it. */
function shortened(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

function zoneNumber(zone: string): number {
  const known = networkInterfaces()[zone]?.find(({ family }) => family === "IPv6");
  return known?.family === "IPv6" ? known.scopeid : Number(zone) || 0;
}
