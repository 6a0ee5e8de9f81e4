import { networkInterfaces } from "node:os";

/** The host that stands for all addresses of this machine: of both families, where it has both. */
export function allAddresses(): string {
  const has = Object.values(networkInterfaces()).some((all) => all?.some(({ family }) => family === "IPv6"));
  return has ? "::" : "0.0.0.0";
}
