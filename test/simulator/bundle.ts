import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Mutant } from "./mutants.data.ts";

/** The folder of the repository. */
const root = fileURLToPath(new URL("../../", import.meta.url));

/** The source with the fault in it. Throws when the fault does not fit exactly once. */
export function spoil({ file, find, replace }: Mutant): string {
  const parts = readFileSync(join(root, file), "utf8").split(find);
  if (parts.length !== 2) {
    throw new Error(`${file}: ${JSON.stringify(find)} is there ${parts.length - 1} times, expected once`);
  }
  return parts.join(replace);
}

/** Makes one file of `entry` and all that it imports, the kernel with the fault among it. It runs on any Node. */
export async function bundle(entry: string, outfile: string, mutant?: Mutant): Promise<void> {
  const spoilt = mutant && { path: join(root, mutant.file), contents: spoil(mutant) };
  await build({
    entryPoints: [join(root, entry)],
    bundle: true,
    platform: "node",
    format: "cjs",
    outfile,
    logLevel: "error",
    plugins: [
      {
        name: "mutant",
        setup(bundling) {
          bundling.onLoad({ filter: /\.ts$/ }, ({ path }) =>
            path === spoilt?.path ? { contents: spoilt.contents, loader: "ts" } : undefined,
          );
        },
      },
    ],
  });
}
