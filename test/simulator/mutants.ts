/**
 * `npm run mutants [-- part of a file or sentence]`: breaks the kernel on purpose, one fault of `mutants.data.ts`
 * at a time, and looks how many random histories the simulator needs to see it. What it does not see is a hole in
 * the invariants. Exit code 1 when too many get away, or when a fault does not fit the source any more.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { bundle, spoil } from "./bundle.ts";
import type { Mutant } from "./mutants.data.ts";
import { mutants } from "./mutants.data.ts";

const HISTORIES = 20_000;
const SEED = 99;
/** How many of 25 must be caught. */
const CAUGHT_OF_25 = 24;
/** A fault may hang the kernel itself. */
const TIME_LIMIT_MS = 120_000;

interface Sighting {
  readonly histories: number;
  readonly rule: string | undefined;
  readonly seed: number | undefined;
  readonly detail: string;
}

const run = promisify(execFile);

/** Plays histories on a copy of the kernel, with the fault if there is one. */
async function seek(folder: string, index: number, mutant?: Mutant): Promise<Sighting> {
  const outfile = join(folder, `${index}.cjs`);
  await bundle("test/simulator/seek.ts", outfile, mutant);
  try {
    const { stdout } = await run(process.execPath, [outfile, String(HISTORIES), String(SEED)], {
      timeout: TIME_LIMIT_MS,
      killSignal: "SIGKILL",
    });
    const { histories, fault } = JSON.parse(stdout) as {
      histories: number;
      fault?: { rule: string; seed: number; detail: string };
    };
    return { histories, rule: fault?.rule, seed: fault?.seed, detail: fault?.detail ?? "" };
  } catch (error) {
    if ((error as { killed?: boolean }).killed !== true) throw error;
    return { histories: HISTORIES, rule: undefined, seed: undefined, detail: "hung" };
  }
}

const part = process.argv[2] ?? "";
const chosen = mutants.filter(({ file, what }) => `${file} ${what}`.includes(part));
const sightings: Sighting[] = [];
const folder = await mkdtemp(join(tmpdir(), "poolable-mutants-"));
try {
  for (const mutant of chosen) spoil(mutant);
  const healthy = await seek(folder, -1);
  if (healthy.rule) throw new Error(`the kernel as it is breaks ${healthy.detail}, seed ${healthy.seed}`);
  const queue = chosen.entries();
  const lane = async (): Promise<void> => {
    for (const [index, mutant] of queue) sightings[index] = await seek(folder, index, mutant);
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
    return [file.replace("core/", ""), what, ...how];
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
