/**
 * `npm run mutants [-- part of a file or sentence]`: breaks the kernel, or the side of calls, on purpose, one fault of
 * `mutants.data.ts` (there are two) at a time, and looks how many random histories its simulator needs to see it. What it does not see is a hole in
 * the invariants. Exit code 1 when too many get away, or when a fault does not fit the source any more.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { spoil } from "./bundle.ts";
import { allMutants, partOf, seek, type Sighting } from "./mutation.ts";

/** How many of 25 must be caught. */
const CAUGHT_OF_25 = 24;

const part = process.argv[2] ?? "";
const chosen = allMutants.filter(({ file, what }) => `${file} ${what}`.includes(part));
const sightings: Sighting[] = [];
const folder = await mkdtemp(join(tmpdir(), "poolable-mutants-"));
try {
  for (const mutant of chosen) spoil(mutant);
  for (const of of new Set(chosen.map(partOf))) {
    const healthy = await seek(folder, of, of);
    if (healthy.rule) throw new Error(`${of} as it is breaks ${healthy.detail}, seed ${healthy.seed}`);
  }
  const queue = chosen.entries();
  const lane = async (): Promise<void> => {
    for (const [index, mutant] of queue)
      sightings[index] = await seek(folder, String(index), partOf(mutant), mutant);
  };
  await Promise.all([lane(), lane()]);
  report();
} catch (error) {
  console.error(`mutants: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

function report(): void {
  const rows = chosen.map(({ file, what }, index) => {
    const { histories, rule, seed, detail } = sightings[index]!;
    const how = rule === undefined ? [detail || "-", "", ""] : [String(histories), rule, String(seed)];
    return [file.replace(/^core\/|^plugins\//, ""), what, ...how];
  });
  const lines = [["file", "what is broken", "after", "rule", "seed"], ...rows];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  for (const line of lines) {
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    );
  }
  const caught = sightings.filter(({ rule }) => rule !== undefined).length;
  console.log(`${caught} of ${chosen.length} caught`);
  if (caught * 25 < chosen.length * CAUGHT_OF_25) process.exitCode = 1;
}
