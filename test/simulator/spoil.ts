import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Mutant } from "./mutants.data.ts";

/** The folder of the repository. */
export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** The source with the fault in it. Throws when the fault does not fit exactly once. */
export function spoil({ file, find, replace }: Mutant): string {
  const parts = readFileSync(join(root, file), "utf8").split(find);
  if (parts.length !== 2) {
    throw new Error(`${file}: ${JSON.stringify(find)} is there ${parts.length - 1} times, expected once`);
  }
  return parts.join(replace);
}
