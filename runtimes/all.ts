import type { Runtime } from "../core/contract/runtime.ts";
import type { AdapterOptions } from "./adapter.ts";
import { bun } from "./bun.ts";
import { deno } from "./deno.ts";
import { ownRuntime, type RuntimeName } from "./discovery/traits.ts";
import { node } from "./node.ts";

/** How workers run, under any runtime. */
export interface RuntimesOptions extends Omit<AdapterOptions, "executable"> {
  /** What is executed, by the name of the runtime. */
  executables?: Readonly<Partial<Record<RuntimeName, string>>>;
}

/** Every runtime, the supervisor's own first. What is not used is neither looked for nor opened. */
export function allRuntimes({ executables = {}, ...options }: RuntimesOptions = {}): Runtime[] {
  const made = { node, bun, deno };
  const names = Object.keys(made) as RuntimeName[];
  return [ownRuntime, ...names.filter((name) => name !== ownRuntime)].map((name) =>
    made[name]({ ...options, executable: executables[name] }),
  );
}
