import { defineCommand } from "citty";
import type { CommandDef } from "citty";
import { textOf, wholeNumber } from "../args.ts";
import { callPool, remoteArguments } from "../remote.ts";

/** `poolable scale <group> <n | +n | -n>` */
export const scale: CommandDef = defineCommand({
  meta: { name: "scale", description: "Set the number of workers of a group and wait until they are ready" },
  args: {
    group: { type: "positional", description: "The group" },
    count: { type: "positional", description: "Number of workers: 4, or +1 and -1 for more and fewer" },
    ...remoteArguments,
  },
  async run({ args }) {
    const call = { group: args.group, ...parseCount(args.count ?? "") };
    const answer = (await callPool(textOf(args.name), "scale", call)) as { from: number; to: number };
    const { from, to } = answer;
    console.log(args.json ? JSON.stringify(answer) : `${args.group} has ${to} workers, it had ${from}`);
  },
}) as CommandDef;

/** `4` is a count, `+1` and `-1` are differences. */
export function parseCount(text: string): { count: number } | { delta: number } {
  const [, sign, digits] = /^([+-]?)(.*)$/s.exec(text)!;
  const number = wholeNumber("scale", digits!, 0, 10_000);
  if (!sign) return { count: number };
  return { delta: sign === "-" ? -number : number };
}
