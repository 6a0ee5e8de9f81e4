/** `seek <histories> <seed> [explain]`: what was found as one line of JSON, or as the test run would say it. */
import process from "node:process";
import { Broken } from "./broken.ts";
import { playMany, search } from "./many.ts";

const [histories, seed, how] = process.argv.slice(2);

if (how === "explain") {
  console.log(playMany(Number(histories), Number(seed)).fault);
} else {
  const { histories: played, found } = search(Number(histories), Number(seed));
  const fault = found && {
    rule: found.fault instanceof Broken ? found.fault.invariant : "threw",
    detail: found.fault.message,
    seed: found.history.seed,
  };
  console.log(JSON.stringify({ histories: played, fault }));
}
