import type { ResolvedPool } from "../../core/config.ts";
import { PoolError } from "../../core/errors.ts";
import type { ListenAddress } from "../../core/runtime.ts";

/** Two listeners on one address would take each other's connections. Throws `E_CONFIG`. */
export function refuseTwins({ groups }: Pick<ResolvedPool, "groups">): void {
  const known: { group: string; at: ListenAddress }[] = [];
  for (const { name: group, listen } of groups) {
    for (const at of listen) {
      const other = known.find((before) => overlaps(before.at, at));
      known.push({ group, at });
      if (!other) continue;
      const same = textOf(other.at) === textOf(at);
      const both = same ? textOf(at) : `${textOf(other.at)} and ${textOf(at)} are one port to the system`;
      const who =
        other.group === group ? `group ${group} listens there twice` : `groups ${other.group} and ${group}`;
      throw new PoolError(
        "E_CONFIG",
        other.group === group
          ? `groups.${group}.listen: ${both}: ${who}; give each listener its own`
          : `groups.${group}.listen: ${both}: ${who} both listen there; give each its own`,
      );
    }
  }
}

/** Whether connections to one address can reach the other. */
export function overlaps(one: ListenAddress, other: ListenAddress): boolean {
  if (one.path !== undefined || other.path !== undefined) return one.path === other.path;
  if (one.port !== other.port || one.port === 0) return false;
  const [a, b] = [hostOf(one), hostOf(other)];
  if (a === b || a === "::" || b === "::") return true;
  return (a === "0.0.0.0" && !b.includes(":")) || (b === "0.0.0.0" && !a.includes(":"));
}

/** An address as it is told: a URL, or a path. */
export function urlOf(at: ListenAddress): string {
  return at.path ?? `http://${textOf(at)}`;
}

function textOf(at: ListenAddress): string {
  if (at.path !== undefined) return at.path;
  const host = at.host ?? hostOf(at);
  return `${host.includes(":") ? `[${host}]` : host}:${at.port}`;
}

function hostOf({ host = "127.0.0.1" }: ListenAddress): string {
  return host === "localhost" ? "127.0.0.1" : host.toLowerCase();
}
