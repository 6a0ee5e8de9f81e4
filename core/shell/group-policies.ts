import type { Decisions, RestartName, RestartPolicy } from "../contract/decisions.ts";
import type { Generations } from "./generations.ts";

/** The stage of a group's own policy: after the plugins, before the default. */
const GROUP_STAGE = 500;

/**
 * Lets the `restart` policy of each group's config answer the `restart` decision, as the generation of the ended worker
 * has it. `named` has the policies that a config can give by name.
 */
export function tapGroupPolicies(
  decisions: Pick<Decisions, "restart">,
  groups: readonly { readonly name: string; readonly index: number }[],
  generations: Generations,
  named: Readonly<Partial<Record<RestartName, RestartPolicy>>> = {},
): void {
  for (const { name, index } of groups) {
    decisions.restart.tap({ name: `restart of group ${name}`, stage: GROUP_STAGE }, (question) => {
      if (question.group.name !== name) return undefined;
      const { restart } = generations.group(question.generation, index);
      const policy = typeof restart === "string" ? named[restart] : restart;
      return policy?.(question);
    });
  }
}
