/**
 * `npm run soak -- [--minutes 30] [--seed n] [--supervisor node|bun|deno] [--json]`: one pool under requests, jobs and
 * faults at once, and then the account of it. Exit code 1 when something was lost that no killed worker had in hand,
 * when a job did not settle once, or when memory, descriptors or files of the supervisor grew.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { freePort } from "../_free-port.ts";
import { Random } from "../simulator/random.ts";
import { executables } from "../unchanged/_program.ts";
import { account } from "./_account.ts";
import { nextFault } from "./_faults.ts";
import { startPool } from "./_pool.ts";
import { watch } from "./_watch.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    seed: { type: "string", default: String(Date.now() % 1e6) },
    supervisor: { type: "string", default: "node" },
    json: { type: "boolean", default: false },
  },
});

const PAUSE_MS = [500, 2_500] as const;

const minutes = Number(values.minutes);
const random = new Random(Number(values.seed));
/** The words that run a file under each runtime. */
const commands: Readonly<Record<string, readonly string[]>> = {
  node: [process.execPath],
  bun: [executables["bun"]!],
  deno: [executables["deno"]!, "run", "--allow-all"],
};
const command = commands[values.supervisor];
if (!(minutes > 0) || !command) {
  console.error("soak: expected --minutes above 0 and --supervisor node, bun or deno");
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), "soak-"));
for (const name of ["web", "jobs", "exits", "failures", "job-failures", "faults"])
  writeFileSync(join(folder, name), "");

/** A client in a process of its own, which prints its counts when its stdin ends. */
function client(file: string, options: object): { send(line: string): void; end(): Promise<object> } {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [path, JSON.stringify(options)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  process.once("exit", () => child.kill("SIGKILL"));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    send: (line) => void child.stdin.write(`${line}\n`),
    async end() {
      child.stdin.end();
      return JSON.parse((await lines.next()).value as string) as object;
    },
  };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const port = await freePort();
const pool = await startPool({ command, folder, port });
const requests = client("_requests.mjs", { port, rate: 200, folder });
const jobs = client("_jobs.mjs", { rate: 50, folder });
const watching = watch(pool.pid, folder);
const until = Date.now() + minutes * 60_000;
const faults: Record<string, number> = {};
let isAsked = false;
process.once("SIGINT", () => (isAsked = true));

while (Date.now() < until && !isAsked && pool.isAlive()) {
  const fault = nextFault(random);
  const note = await fault.run({ pool, random, requests, jobs });
  faults[fault.name] = (faults[fault.name] ?? 0) + 1;
  watching.note({ fault: fault.name, ...note });
  await sleep(random.int(...PAUSE_MS));
}

const samples = watching.end();
const [requestCounts, jobCounts] = await Promise.all([requests.end(), jobs.end()]);
const exit = await pool.stop();
const result = account({ folder, samples, requests: requestCounts, jobs: jobCounts, exit });
const report = { seed: Number(values.seed), minutes, runtime: values.supervisor, faults, ...result };
console.log(values.json ? JSON.stringify(report) : JSON.stringify(report, undefined, 2));
if (result.problems.length === 0) rmSync(folder, { recursive: true });
else console.error(`soak: ${result.problems.join("; ")}. What was written down is in ${folder}.`);
process.exit(result.problems.length === 0 ? 0 : 1);
