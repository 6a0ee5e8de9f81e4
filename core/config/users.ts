import { PoolError } from "../contract/errors.ts";

interface Member {
  readonly name: string;
  readonly calls: readonly string[];
  readonly user: string | undefined;
}

/** The user that workers of a pool run as, beside the supervisor's own; `undefined` when no group names one. */
export function namedUser(groups: readonly Pick<Member, "user">[]): string | undefined {
  return groups.find(({ user }) => user !== undefined)?.user;
}

/**
 * The folders and sockets of a pool's workers are the supervisor's, or of one other user; jobs go from worker to worker
 * over sockets that no other user may open.
 *
 * @throws PoolError `E_CONFIG` for a second user, and for calls from one user to another.
 */
export function checkUsers(groups: readonly Member[]): void {
  const first = groups.find(({ user }) => user !== undefined);
  for (const { name, calls, user } of groups) {
    if (user !== undefined && user !== first!.user) {
      const both = `${JSON.stringify(user)}, and groups.${first!.name}.user is ${JSON.stringify(first!.user)}`;
      throw new PoolError(
        "E_CONFIG",
        `groups.${name}.user: ${both}; a pool has one: use another pool for the other`,
      );
    }
    const stranger = groups.find((other) => calls.includes(other.name) && other.user !== user);
    if (stranger) {
      const both = `${shown(user)} cannot call the jobs of ${stranger.name}, which runs as ${shown(stranger.user)}`;
      throw new PoolError("E_CONFIG", `groups.${name}.calls: ${both}; give both groups the same user`);
    }
  }
}

function shown(user: string | undefined): string {
  return user === undefined ? "the user of the supervisor" : JSON.stringify(user);
}
