/** Plays random histories on the kernel, or on the side of calls, with one fault in it. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { bundle } from "./bundle.ts";
import { jobMutants } from "./jobs/mutants.data.ts";
import type { Mutant } from "./mutants.data.ts";
import { mutants } from "./mutants.data.ts";

/** All faults. */
export const allMutants: readonly Mutant[] = [...mutants, ...jobMutants];

/** What plays random histories, and how many, by the folder of what it tests. */
const SIMULATORS = {
  core: { entry: "test/simulator/seek.ts", histories: 20_000 },
  plugins: { entry: "test/simulator/jobs/seek.ts", histories: 3_000 },
} as const;
/** What a fault is in. */
export type Part = keyof typeof SIMULATORS;

const SEED = 99;
/** A fault may hang the kernel itself. */
const TIME_LIMIT_MS = 120_000;

/** What the simulator has seen of a fault. */
export interface Sighting {
  readonly histories: number;
  readonly rule: string | undefined;
  readonly seed: number | undefined;
  readonly detail: string;
}

const run = promisify(execFile);

/**
 * Plays histories on a copy of the source, with the fault if there is one.
 *
 * @param folder Where the copy is put.
 * @param name Of the copy.
 */
export async function seek(folder: string, name: string, of: Part, mutant?: Mutant): Promise<Sighting> {
  const outfile = join(folder, `${name}.cjs`);
  const { entry, histories: most } = SIMULATORS[of];
  await bundle(entry, outfile, mutant);
  try {
    const { stdout } = await run(process.execPath, [outfile, String(most), String(SEED)], {
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
    return { histories: most, rule: undefined, seed: undefined, detail: "hung" };
  }
}

/** Returns which simulator plays a fault. */
export const partOf = ({ file }: Mutant): Part =>
  file.startsWith("core/") || file.startsWith("plugins/restart/") ? "core" : "plugins";
