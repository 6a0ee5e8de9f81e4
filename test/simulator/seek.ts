/** What `mutants.ts` runs for each mutant: `seek <histories> <seed>` prints what was found as one line of JSON. */
import process from "node:process";
import { Broken } from "./broken.ts";
import { search } from "./many.ts";

const [count, seed] = process.argv.slice(2).map(Number) as [number, number];
const { histories, found } = search(count, seed);
const fault = found && {
  rule: found.fault instanceof Broken ? found.fault.invariant : "threw",
  detail: found.fault.message,
  seed: found.history.seed,
};
console.log(JSON.stringify({ histories, fault }));
