/**
 * What each runtime is worth in a pool: `node --import ./test/harness/register.mjs bench/runtimes.ts` (Linux).
 *
 * Requests per second of two workers, the fast way and the lossless way, beside what the runtime does best by itself;
 * from a worker's spawn until it is ready, and what it holds; 50 workers at once; what a supervisor holds. The same
 * module serves everywhere, but for Node, whose best is `node:http`.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createPool, type PoolConfig } from "../index.ts";
import { findExecutables } from "../runtimes/discovery/executable.ts";
import type { RuntimeName } from "../runtimes/discovery/traits.ts";
import { turned } from "./_contest.ts";
import { flood, type Flood, type FloodOptions } from "./_flood.ts";
import { children, machine, usage, withFolder } from "./_machine.ts";
import { median, table } from "./_numbers.ts";
import { here, sameEnv, startNode, stopNode } from "./_style.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "3" },
    clients: { type: "string", default: "64" },
    starts: { type: "string", default: "10" },
    many: { type: "string", default: "50" },
    port: { type: "string", default: "45000" },
    runtimes: { type: "string", default: "node,bun,deno" },
  },
});
const [rounds, seconds, clients, starts, many, port] = [
  values.rounds,
  values.seconds,
  values.clients,
  values.starts,
  values.many,
  values.port,
].map(Number) as [number, number, number, number, number, number];
const runtimes = values.runtimes.split(",") as RuntimeName[];

/** What the fast way is to reach of the runtime's own best. */
const aim = 0.97;
const kinds = ["keep-alive", "fresh"] as const;

/** A Node that can open SO_REUSEPORT sockets. */
const node24 = here("../node_modules/node24/bin/node");
const executables: Readonly<Record<RuntimeName, string>> = {
  node: node24,
  bun: executableOf("bun"),
  deno: executableOf("deno"),
};
const cli = here("../dist/cli.mjs");
const module = here("workers/native.mjs");

/** Something that serves `port` with two processes. */
interface Contestant {
  readonly name: string;
  start(folder: string, port: number): ChildProcess[];
}

function executableOf(name: RuntimeName): string {
  return findExecutables(name, { root: here(".."), env: process.env })[0]?.file ?? name;
}

/** A process of a runtime in a group of its own. */
function run(folder: string, file: string, args: readonly string[], env: object): ChildProcess {
  return startNode("own", args, { folder, node: file }, env);
}

function poolable(name: string, runtime: RuntimeName, entry: string, listen: object): Contestant {
  return {
    name,
    start(folder, at) {
      const config: PoolConfig = {
        name: "bench",
        executables: { ...executables },
        groups: {
          web: { entry, runtime, workers: 2, listen: { port: at, ...listen }, env: { PORT: `${at}` } },
        },
      };
      const file = join(folder, "poolable.config.mjs");
      writeFileSync(file, `export default ${JSON.stringify(config)}`);
      return [run(folder, node24, [cli, "start", file], { POOLABLE_RUNTIME_DIR: folder, TMPDIR: folder })];
    },
  };
}

/** The first is the runtime's own best; the second is poolable's fast way. */
const contestants: Readonly<Record<RuntimeName, readonly Contestant[]>> = {
  node: [
    {
      name: "node:cluster",
      start: (folder, at) => [
        run(folder, node24, [here("workers/cluster.mjs")], {
          BENCH_PORTS: `${at}:2`,
          BENCH_PROGRAM: "app.mjs",
        }),
      ],
    },
    poolable("poolable, fast and lossless: node:http", "node", here("workers/app.mjs"), {}),
    poolable("poolable, a fetch module", "node", module, {}),
  ],
  bun: [
    {
      name: "Bun.serve with reusePort, twice",
      start: (folder, at) => [1, 2].map(() => run(folder, executables.bun, [module], { PORT: `${at}` })),
    },
    poolable("poolable, fast", "bun", module, { prefer: "fast" }),
    poolable("poolable, lossless", "bun", module, {}),
    poolable("poolable, lossless: node:http", "bun", here("workers/app.mjs"), {}),
  ],
  deno: [
    {
      name: "deno serve --parallel",
      start: (folder, at) => [
        run(
          folder,
          executables.deno,
          ["serve", "--parallel", "-A", "--host=127.0.0.1", `--port=${at}`, module],
          {
            PORT: `${at}`,
            DENO_JOBS: "2",
          },
        ),
      ],
    },
    poolable("poolable, fast", "deno", module, { prefer: "fast" }),
    poolable("poolable, lossless", "deno", module, {}),
    poolable("poolable, lossless: Deno.serve", "deno", here("workers/deno-serve.mjs"), {}),
  ],
};

/** A flood, and the CPU time that all processes of its contestant took for a request. */
interface Sample extends Flood {
  readonly cpuMicrosPerRequest: number;
}

async function sampleOf(pids: readonly number[], options: FloodOptions): Promise<Sample> {
  const used = (): number =>
    pids.flatMap((pid) => [pid, ...children(pid)]).reduce((sum, pid) => sum + usage(pid).cpuSeconds, 0);
  const before = used();
  const counted = await flood(options);
  return { ...counted, cpuMicrosPerRequest: ((used() - before) * 1e6) / counted.allRequests };
}

/** Rounds of floods, one contestant after the other. */
async function throughput(runtime: RuntimeName): Promise<void> {
  const all = contestants[runtime];
  const samples = new Map<string, Sample[]>();
  const pids = new Map<Contestant, number[]>();
  await withFolder(async (folder, defer) => {
    for (const [index, contestant] of all.entries()) {
      const own = join(folder, String(index));
      mkdirSync(own);
      const started = contestant.start(own, port + index);
      for (const child of started) defer(() => stopAll(child));
      pids.set(
        contestant,
        started.map(({ pid }) => pid!),
      );
      await answers(port + index);
    }
    // The second of each comes up.
    await sleep(3_000);
    for (let round = 0; round < rounds; round++) {
      for (const kind of kinds) {
        for (const each of turned(all, round)) {
          const options: FloodOptions = {
            port: port + all.indexOf(each),
            clients,
            kind,
            seconds,
            warmMs: 500,
          };
          const key = `${each.name} ${kind}`;
          samples.set(key, [...(samples.get(key) ?? []), await sampleOf(pids.get(each)!, options)]);
        }
      }
      process.stderr.write(`\r${runtime}: round ${round + 1} of ${rounds}`);
    }
    process.stderr.write("\n");
  });
  for (const kind of kinds) {
    const middle = (name: string, key: keyof Sample): number =>
      median((samples.get(`${name} ${kind}`) ?? []).map((sample) => sample[key]));
    const [own, fast] = all as [Contestant, Contestant];
    // Of each round, so that what else the machine did in it does not count.
    const ratio = (name: string, key: keyof Sample): number =>
      median(
        (samples.get(`${name} ${kind}`) ?? []).map(
          (sample, round) => sample[key] / samples.get(`${own.name} ${kind}`)![round]![key],
        ),
      );
    const rows = all.map(({ name }) => [
      name,
      Math.round(middle(name, "perSecond")).toLocaleString("en"),
      ratio(name, "perSecond").toFixed(2),
      middle(name, "cpuMicrosPerRequest").toFixed(1),
      ratio(name, "cpuMicrosPerRequest").toFixed(2),
      middle(name, "p99Ms").toFixed(1),
      `${Math.round(100 * middle(name, "busiest"))} %`,
      middle(name, "ownCpu").toFixed(2),
      String((samples.get(`${name} ${kind}`) ?? []).reduce((sum, { failed }) => sum + failed, 0)),
    ]);
    console.log(`${runtime}, ${kind === "fresh" ? "a connection for each request" : kind}\n`);
    const head = [
      "requests/s",
      "to its own best",
      "CPU µs/request",
      "to its own best",
      "p99 ms",
      "busiest worker",
      "generator's cores",
      "failed",
    ];
    console.log(`${table(["", ...head], rows)}\n`);
    const reached = ratio(fast.name, "perSecond");
    console.log(`- fast way at least ${aim} of it: ${reached.toFixed(2)}, ${verdict(reached >= aim)}\n`);
  }
}

/** A program of two processes has no end of its own. */
async function stopAll(child: ChildProcess): Promise<void> {
  await stopNode(child);
  try {
    process.kill(-(child.pid ?? 0), "SIGKILL");
  } catch {
    // All gone.
  }
}

async function answers(at: number): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    try {
      await (await fetch(`http://127.0.0.1:${at}/`)).text();
      return;
    } catch {
      await sleep(50);
    }
  }
  throw new Error(`port ${at} did not answer in 30 s`);
}

/** From spawn to ready, one after the other, and what a worker holds. */
async function starting(runtime: RuntimeName): Promise<string[]> {
  const times: number[] = [];
  const held: { rssKb: number; pssKb: number }[] = [];
  const pool = createPool({
    name: "bench",
    executables: { ...executables },
    groups: { web: { entry: module, runtime, listen: { port: 0 }, env: { PORT: "0" } } },
  });
  let spawnedAt = 0;
  let pid = 0;
  pool.hooks.hook("worker:spawned", (fact) => {
    spawnedAt = performance.now();
    pid = fact.pid;
  });
  pool.hooks.hook("worker:ready", () => void times.push(performance.now() - spawnedAt));
  try {
    await pool.start();
    for (let n = 0; n < starts; n++) {
      await sleep(500);
      held.push(usage(pid));
      await pool.restart("web#0");
    }
  } finally {
    await pool.stop({ now: true });
  }
  return [
    runtime,
    median(times.slice(1)).toFixed(0),
    mebibytes(median(held.map(({ rssKb }) => rssKb))),
    mebibytes(median(held.map(({ pssKb }) => pssKb))),
  ];
}

/** Many at once. */
async function crowd(runtime: RuntimeName): Promise<string[]> {
  const pool = createPool({
    name: "bench",
    executables: { ...executables },
    groups: {
      web: {
        entry: module,
        runtime,
        workers: many,
        listen: { port: 0 },
        env: { PORT: "0" },
        ready: "2m",
        hello: "1m",
      },
    },
  });
  try {
    const begin = performance.now();
    await pool.start();
    const took = performance.now() - begin;
    const slots = pool.status().groups[0]!.slots;
    const ready = slots.filter(({ state }) => state === "ready");
    const pss = ready.reduce((sum, { pid }) => sum + usage(pid!).pssKb, 0);
    return [runtime, `${ready.length}`, (took / 1000).toFixed(1), mebibytes(pss)];
  } finally {
    await pool.stop({ now: true });
  }
}

/** What a supervisor under a runtime holds with two workers of it. */
async function supervising(runtime: RuntimeName): Promise<string[]> {
  let row = [runtime, "", "", ""];
  await withFolder(async (folder, defer) => {
    const config: PoolConfig = {
      name: "bench",
      executables: { ...executables },
      groups: { web: { entry: module, runtime, workers: 2, listen: { port }, env: { PORT: `${port}` } } },
    };
    const file = join(folder, "poolable.config.mjs");
    writeFileSync(file, `export default ${JSON.stringify(config)}`);
    const words = [...(runtime === "deno" ? ["run", "-A"] : []), cli, "start", file];
    const env = sameEnv({ POOLABLE_RUNTIME_DIR: folder, TMPDIR: folder });
    const child = spawn(executables[runtime], words, {
      env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let said = "";
    const begin = performance.now();
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (part: string) => {
        said += part;
        child.emit("said");
      });
    defer(() => stopAll(child));
    const over = once(child, "exit").then(() => true);
    while (!said.includes("is running")) {
      if (await Promise.race([over, once(child, "said").then(() => false)])) break;
    }
    const took = performance.now() - begin;
    if (child.exitCode !== null) {
      row = [runtime, `not here: ${said.trim().split("\n").at(-1)?.slice(0, 120)}`, "", ""];
      return;
    }
    await sleep(2_000);
    const { rssKb, pssKb } = usage(child.pid!);
    row = [runtime, took.toFixed(0), mebibytes(rssKb), mebibytes(pssKb)];
    if (children(child.pid!).length !== 2) row[0] += " (not two workers)";
  });
  return row;
}

function mebibytes(kb: number): string {
  return (kb / 1024).toFixed(1);
}

function verdict(isMet: boolean): string {
  return isMet ? "met" : "**not met**";
}

async function rowsOf(measure: (runtime: RuntimeName) => Promise<string[]>): Promise<string[][]> {
  const rows: string[][] = [];
  for (const runtime of runtimes) rows.push(await measure(runtime));
  return rows;
}

console.log(`${machine()}; ${clients} clients, ${rounds} rounds of ${seconds} s, medians\n`);
if (rounds > 0) for (const runtime of runtimes) await throughput(runtime);
if (starts > 0) {
  console.log(`A worker that serves a fetch module, ${starts} starts, medians\n`);
  console.log(`${table(["", "spawn to ready ms", "RSS MiB", "PSS MiB"], await rowsOf(starting))}\n`);
}
if (many > 0) {
  console.log(`${many} workers at once\n`);
  console.log(`${table(["", "ready", "seconds", "PSS MiB of all"], await rowsOf(crowd))}\n`);
}
console.log("A supervisor with two workers of its runtime\n");
console.log(table(["", "start to running ms", "RSS MiB", "PSS MiB"], await rowsOf(supervising)));
