/** `seek <histories> <seed>`: what was found as one line of JSON. */
import process from "node:process";
import { Broken } from "../broken.ts";
import { search } from "./search.ts";

const [histories, seed] = process.argv.slice(2);
const { histories: played, found } = search(Number(histories), Number(seed));
const fault = found && {
  rule: found.fault instanceof Broken ? found.fault.invariant : "threw",
  detail: found.fault.message,
  seed: found.plan.seed,
};
console.log(JSON.stringify({ histories: played, fault }));
