/** The caller of a rival: `node _drive.mjs <file in pools/> <name in it> <payload> <socket>`. Ends at SIGTERM. */
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { serveTrials } from "./_trial.mjs";
import { payloads } from "./workers/jobs/payloads.mjs";

const [file, name, payload, socket] = process.argv.slice(2);
const { pools } = await import(`./pools/${file}.mjs`);
const pool = await pools[name]({ workers: 2, payload: payloads[payload] });
serveTrials(socket, pool.run);
process.once("SIGTERM", async () => {
  await Promise.race([pool.close(), sleep(2_000)]);
  process.exit();
});
