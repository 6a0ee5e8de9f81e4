/** A letter, digit or "_", then at most 39 letters, digits, ".", "_" or "-". */
const POOL_NAME = /^[A-Za-z0-9_][\w.-]{0,39}$/;

/**
 * Returns whether `name` can name a pool. The names of groups and listeners follow the same rule. A pool's folder has its
 * name, so `..`, which would leave the folder of the user, is none.
 */
export function isPoolName(name: unknown): name is string {
  return typeof name === "string" && POOL_NAME.test(name);
}
