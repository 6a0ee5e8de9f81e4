import type { ListenConfig, ResolvedGroup, ResolvedPool } from "../../core/contract/config.ts";
import { PoolError } from "../../core/contract/errors.ts";
import type { ListenAddress } from "../../core/contract/runtime.ts";

/** One group's listener. */
export interface ListenerOf {
  readonly group: ResolvedGroup;
  readonly listener: ResolvedGroup["listen"][number];
}

/** What groups that listen on one address have to say alike. */
const ALIKE = ["strategy", "prefer", "backlog", "refuseAfter", "mode", "owner"] as const;

/**
 * Two listeners whose connections the system cannot tell apart would take each other's. Groups may share one address
 * if they name it alike. Throws `E_CONFIG`.
 */
export function refuseTwins({ groups }: Pick<ResolvedPool, "groups">): void {
  const known: Place[] = [];
  for (const { name: group, listen } of groups) {
    for (const at of listen) {
      const other = known.find((before) => overlaps(before.at, at));
      known.push({ group, at });
      if (!other) continue;
      if (other.group !== group && isSameAddress(other.at, at)) {
        refuseUnlike(other, { group, at });
        continue;
      }
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

/** The listeners that are on the address of this one, itself among them; of no fixed port only itself. */
export function partnersOf(
  { groups }: Pick<ResolvedPool, "groups">,
  { group, listener }: ListenerOf,
): ListenerOf[] {
  return groups.flatMap((each) =>
    (each.listen as readonly ListenerOf["listener"][])
      .filter((at) => (each === group ? at === listener : isSameAddress(at, listener)))
      .map((at) => ({ group: each, listener: at })),
  );
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

interface Place {
  readonly group: string;
  readonly at: ListenConfig;
}

function refuseUnlike(one: Place, other: Place): void {
  for (const key of ALIKE) {
    if (one.at[key] === other.at[key]) continue;
    throw new PoolError(
      "E_CONFIG",
      `groups.${other.group}.listen.${key}: ${textOf(other.at)}: groups ${one.group} and ${other.group} share it, ` +
        `so ${key} is the same in both`,
    );
  }
}

function isSameAddress(one: ListenAddress, other: ListenAddress): boolean {
  return overlaps(one, other) && (one.path !== undefined || hostOf(one) === hostOf(other));
}

function textOf(at: ListenAddress): string {
  if (at.path !== undefined) return at.path;
  const host = at.host ?? hostOf(at);
  return `${host.includes(":") ? `[${host}]` : host}:${at.port}`;
}

function hostOf({ host = "127.0.0.1" }: ListenAddress): string {
  return host === "localhost" ? "127.0.0.1" : host.toLowerCase();
}
