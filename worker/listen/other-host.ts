import type { WelcomedListener } from "../../core/protocol/messages.ts";
import { showAddress, type AskedAddress } from "./asked-address.ts";

/** A line about a program that asks for another address than its group's socket has; `undefined` when it gets its own. */
export function differs(listener: WelcomedListener, asked: AskedAddress): string | undefined {
  const { host: has } = listener;
  if (has === undefined || asked.path !== undefined) return undefined;
  const wanted = asked.host ?? "::";
  if (wanted === has || (isAll(wanted) && isAll(has))) return undefined;
  // `localhost` is whichever loopback address the group has.
  if (wanted === "localhost" && isLoopback(has)) return undefined;
  const here = showAddress({ port: listener.port, host: has });
  const host = JSON.stringify(wanted);
  const wayOut = `--host ${wanted}, or host: ${host} in the config's listen, changes that`;
  if (isAll(wanted)) {
    const only = isLoopback(has) ? "this machine" : `the address ${has}`;
    return `asks for all addresses, but its group's socket is ${here} and is reached through ${only} only; ${wayOut}`;
  }
  const reach = isAll(has) ? ", which is reached through all addresses" : "";
  return `asks for ${showAddress({ port: asked.port, host: wanted })}, but its group's socket is ${here}${reach}; ${wayOut}`;
}

function isAll(host: string): boolean {
  return host === "::" || host === "0.0.0.0";
}

function isLoopback(host: string): boolean {
  return host === "::1" || host.startsWith("127.");
}
