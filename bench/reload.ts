/**
 * What clients see of a reload: `node --import ./test/harness/register.mjs bench/reload.ts` (Linux).
 *
 * All run the same unchanged program, which answers after 20 ms, with two workers. In a round each of them is asked by
 * 32 clients without a pause, is reloaded after a second, and goes on for a second after the reload has ended.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Load } from "../test/load/_load.ts";
import { nodeVersions, startAll, turned } from "./_contest.ts";
import type { Contestant, NodeVersion } from "./_contest.ts";
import { machine, withFolder } from "./_machine.ts";
import { median, table } from "./_numbers.ts";
import { sameEnv } from "./_style.ts";
import { cluster } from "./styles/cluster.ts";
import { pm2 } from "./styles/pm2.ts";
import { poolable } from "./styles/poolable.ts";
import { wattpm } from "./styles/wattpm.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    clients: { type: "string", default: "32" },
    node: { type: "string", default: "20,24" },
    port: { type: "string", default: "45000" },
  },
});
const [rounds, clients, port] = [values.rounds, values.clients, values.port].map(Number) as [
  number,
  number,
  number,
];
const generator = fileURLToPath(new URL("../test/load/_generator.mjs", import.meta.url));

const kinds = ["keep-alive", "fresh"] as const;
type Kind = (typeof kinds)[number];
const titles: Readonly<Record<Kind, string>> = {
  "keep-alive": "keep-alive",
  fresh: "a connection for each request",
};

interface Sample extends Pick<Load, "requests" | "hung" | "reasons" | "p99Ms" | "maxMs"> {
  readonly failed: number;
  readonly reloadMs: number;
  /** How many workers answered: four, if both were replaced. */
  readonly workers: number;
}

async function reloadUnderLoad({ port, running }: Contestant, kind: Kind): Promise<Sample> {
  const options = JSON.stringify({ port, clients, kind, path: "/slow" });
  const child = spawn(process.execPath, [generator, options], {
    stdio: ["pipe", "pipe", "inherit"],
    env: sameEnv({}),
  });
  const closed = once(child, "close");
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  await lines.next();
  await sleep(1_000);
  const began = performance.now();
  await running.reload?.();
  const reloadMs = performance.now() - began;
  await sleep(1_000);
  child.stdin.end();
  const load = JSON.parse((await lines.next()).value as string) as Load;
  await closed;
  return { ...load, failed: load.failures.length, reloadMs, workers: Object.keys(load.pids).length };
}

async function contest({ version, path }: NodeVersion): Promise<void> {
  const isForWatt = Number.parseInt(version.slice(1), 10) >= 22;
  if (!isForWatt) console.error(`wattpm: left out on Node ${version}, it needs Node >= 22.19`);
  const styles = [cluster, pm2, ...(isForWatt ? [wattpm] : []), poolable];
  await withFolder(async (folder, defer) => {
    const contestants = await startAll(styles, { node: path, port, folder }, defer);
    for (const kind of kinds) {
      const samples = new Map<string, Sample[]>();
      for (let round = 0; round < rounds; round++) {
        for (const contestant of turned(contestants, round)) {
          const sample = await reloadUnderLoad(contestant, kind);
          samples.set(contestant.name, [...(samples.get(contestant.name) ?? []), sample]);
        }
        process.stderr.write(`\r${version}, ${kind}: round ${round + 1} of ${rounds}`);
      }
      process.stderr.write("\n");
      print(version, kind, [...samples]);
    }
  });
}

function print(
  version: string,
  kind: Kind,
  results: readonly (readonly [string, readonly Sample[]])[],
): void {
  const rows = results.map(([name, all]) => {
    const middle = (key: "p99Ms" | "maxMs" | "reloadMs" | "workers"): number =>
      median(all.map((sample) => sample[key]));
    const total = (key: "requests" | "failed" | "hung"): number =>
      all.reduce((sum, sample) => sum + sample[key], 0);
    return [
      name,
      total("requests").toLocaleString("en"),
      String(total("failed")),
      (total("failed") / all.length).toFixed(1),
      `${((100 * total("failed")) / total("requests")).toFixed(2)} %`,
      String(total("hung")),
      middle("p99Ms").toFixed(0),
      middle("maxMs").toFixed(0),
      (middle("reloadMs") / 1_000).toFixed(1),
      String(middle("workers")),
    ];
  });
  const head = [
    "",
    "requests",
    "failed",
    "of all",
    "hung",
    "p99 ms",
    "slowest ms",
    "reload s",
    "workers seen",
  ];
  console.log(`Node ${version}, ${titles[kind]}\n\n${table(head, rows)}\n`);
  const own = (results.find(([name]) => name === poolable.name)?.[1] ?? []).map(({ failed }) => failed);
  const lost = own.reduce((sum, failed) => sum + failed, 0);
  console.log(`- no request of a reload fails: ${lost} failed, ${lost === 0 ? "met" : "**not met**"}\n`);
  for (const [name, all] of results) {
    const reasons = all.flatMap((sample) => Object.entries(sample.reasons));
    if (reasons.length > 0) console.error(`${name}: ${JSON.stringify(reasons)}`);
  }
}

console.log(`${machine()}; ${clients} clients, ${rounds} reloads; sums, and medians of the times\n`);
for (const version of nodeVersions(values.node)) await contest(version);
