// only: matrix
/** Every day another sample of the faults that `npm run mutants` plays: the simulators must notice each. */
import process from "node:process";
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { allMutants, partOf, seek } from "./mutation.ts";

const test = suite("mutants, a sample");

/** How many faults are played in one run. */
const SAMPLE = 12;
/** After this time no further fault is begun. */
const BUDGET_MS = 45_000;
const DAY_MS = 86_400_000;

const seed = Number(process.env["SEED"] ?? Math.floor(Date.now() / DAY_MS));

/** Those of every file, and all of them within as many days as there are samples. */
const known = allMutants.filter(({ escapes }) => !escapes);
const samples = Math.ceil(known.length / SAMPLE);
const sample = known.filter((_, index) => index % samples === seed % samples);

test(
  `the simulators notice ${sample.length} of ${known.length} faults (SEED=${seed})`,
  { timeout: 110_000 },
  async () => {
    const folder = process.env["TMPDIR"] ?? "/tmp";
    const started = performance.now();
    let played = 0;
    for (const mutant of sample) {
      if (performance.now() - started > BUDGET_MS) break;
      const { rule, histories } = await seek(folder, `${played++}`, partOf(mutant), mutant);
      assert.ok(rule, `SEED=${seed}: ${mutant.file}: "${mutant.what}" escapes ${histories} histories`);
    }
    console.log(`${played} of ${sample.length} faults played`);
    assert.ok(played >= Math.min(3, sample.length), `only ${played} faults were played in time`);
  },
);

test.run();
