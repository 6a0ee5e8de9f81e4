import type { ResolvedPool } from "../../core/contract/config.ts";

/**
 * The groups that restart along with a worker of `group` that failed, as OTP's supervisors do with their
 * children (erlang.org/doc/system/sup_princ): none, all, or the ones that start after it.
 */
export function groupsBounced(config: ResolvedPool, group: string): readonly string[] {
  const names = config.groups.map(({ name }) => name);
  switch (config.strategy) {
    case "one-for-one":
      return [];
    case "one-for-all":
      return names;
    case "rest-for-one":
      return names.slice(names.indexOf(group) + 1);
  }
}
