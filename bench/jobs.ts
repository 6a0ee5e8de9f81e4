/**
 * Jobs per second of pools with two workers: `node --import ./test/harness/register.mjs bench/jobs.ts`.
 *
 * Every caller is a process of its own (poolable's is a worker of the pool) that keeps so many calls on their way.
 * For each payload all pools are up at the same time, and are asked one after the other in an order that turns with
 * the round, so that what else the machine does meets them all alike.
 */
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { nodeVersions, turned } from "./_contest.ts";
import type { NodeVersion } from "./_contest.ts";
import { children, cpuMicros, machine, withFolder } from "./_machine.ts";
import { median, table } from "./_numbers.ts";
import { here, startNode, stopNode } from "./_style.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    ms: { type: "string", default: "600" },
    concurrency: { type: "string", default: "1,16,256" },
    payload: { type: "string", default: "n + 1,10 kB JSON,1 MB buffer,1 ms of CPU" },
    only: { type: "string", default: "" },
    node: { type: "string", default: "20,24" },
  },
});
const rounds = Number(values.rounds);
const ms = Number(values.ms);
const concurrencies = values.concurrency.split(",").map(Number);

type Kind = "poolable" | "processes" | "threads" | "limit" | "sessions";

/** A pool: its package, the file in `pools/` and the name in there. poolable's caller is a worker of its own. */
interface Contender {
  readonly title: string;
  readonly kind: Kind;
  readonly needs?: string;
  readonly pool?: readonly [file: string, name: string];
}

const contenders: readonly Contender[] = [
  { title: "raw socket, the limit", kind: "limit", pool: ["raw", "limit"] },
  { title: "raw socket, a session each", kind: "sessions", pool: ["raw", "sessions"] },
  { title: "poolable", kind: "poolable" },
  { title: "poolifier, cluster", kind: "processes", needs: "poolifier", pool: ["poolifier", "cluster"] },
  { title: "workerpool, process", kind: "processes", needs: "workerpool", pool: ["workerpool", "process"] },
  { title: "tinypool, child_process", kind: "processes", needs: "tinypool", pool: ["tinypool", "process"] },
  {
    title: "the same, 128 at once",
    kind: "processes",
    needs: "tinypool",
    pool: ["tinypool", "process, 128"],
  },
  {
    title: "jest-worker, process",
    kind: "processes",
    needs: "jest-worker",
    pool: ["jest-worker", "process"],
  },
  { title: "piscina, threads", kind: "threads", needs: "piscina", pool: ["piscina", "threads"] },
  { title: "the same, 128 at once", kind: "threads", needs: "piscina", pool: ["piscina", "threads, 128"] },
  { title: "poolifier, threads", kind: "threads", needs: "poolifier", pool: ["poolifier", "threads"] },
];

/** What poolable is to reach: the median of the rounds' ratios to the best of a kind. */
const aims: readonly (readonly [payload: string, concurrency: number, kind: Kind, factor: number])[] = [
  ["n + 1", 1, "limit", 0.6],
  ["n + 1", 1, "sessions", 0.6],
  ["n + 1", 256, "processes", 2],
  ["n + 1", 256, "threads", 1],
  ["1 MB buffer", 1, "processes", 2],
  ["1 MB buffer", 16, "processes", 2],
  ["1 MB buffer", 256, "processes", 2],
];
const kindTitles: Readonly<Record<Kind, string>> = {
  poolable: "poolable",
  processes: "best pool of processes",
  threads: "best pool of threads",
  limit: "limit",
  sessions: "limit with a session each",
};

interface Sample {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time for each job: of the caller, and of all its processes. */
  readonly callerMicros: number;
  readonly allMicros: number;
  /** With those of the warm-up. */
  readonly allJobs: number;
}

/** One that is up. */
interface Caller extends Contender {
  readonly socket: string;
  readonly pid: number;
  readonly samples: Map<number, Sample[]>;
}

/** A process that was started, which may have started others. */
interface Started {
  readonly pid: number;
  stop(): Promise<void>;
}

async function start(
  contender: Contender,
  { payload, node, folder, socket }: { payload: string; node: string; folder: string; socket: string },
): Promise<Started> {
  const { pool } = contender;
  const child = pool
    ? startNode("drive", [here("_drive.mjs"), ...pool, payload, socket], { folder, node }, { TMPDIR: folder })
    : startNode(
        "poolable",
        [here("../dist/cli.mjs"), "start", here("workers/jobs/poolable.config.mjs")],
        { folder, node },
        { BENCH_SOCKET: socket, POOLABLE_RUNTIME_DIR: folder, TMPDIR: folder },
      );
  const pid = child.pid ?? 0;
  return {
    pid,
    async stop() {
      await stopNode(child);
      try {
        process.kill(-pid, "SIGKILL");
      } catch {
        // All gone.
      }
    },
  };
}

/** CPU time of a pool: its caller, its workers, and whoever looks after them. */
function spent(pid: number): number {
  return [pid, ...children(pid)].reduce((sum, one) => sum + cpuMicros(one), 0);
}

/** Lets a caller run one trial. It may still be on its way up. */
async function ask(path: string, wanted: object): Promise<Omit<Sample, "allMicros">> {
  for (const deadline = performance.now() + 20_000; ;) {
    const said = await new Promise<string | undefined>((resolve) => {
      let text = "";
      const socket = connect(path, () => socket.write(`${JSON.stringify(wanted)}\n`));
      socket.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        if (text.endsWith("\n")) socket.destroy();
      });
      socket.on("error", () => {});
      socket.on("close", () => resolve(text || undefined));
    });
    if (said !== undefined) {
      const sample = JSON.parse(said) as Sample & { error?: string };
      if (sample.error) throw new Error(sample.error);
      return sample;
    }
    if (performance.now() > deadline) throw new Error(`nobody answers on ${path}`);
    await sleep(50);
  }
}

async function contest({ version, path: node }: NodeVersion, payload: string): Promise<void> {
  await withFolder(async (folder, defer) => {
    const callers: Caller[] = [];
    for (const [index, contender] of contenders.entries()) {
      const { title, needs } = contender;
      if (values.only && !values.only.split(",").some((part) => title.includes(part))) continue;
      if (needs && !existsSync(here(`node_modules/${needs}`))) {
        console.error(`${title}: left out, ${needs} is not installed: run npm install in bench/`);
        continue;
      }
      const socket = join(folder, `${index}.sock`);
      const { pid, stop } = await start(contender, { payload, node, folder, socket });
      defer(stop);
      const caller = { ...contender, socket, pid, samples: new Map<number, Sample[]>() };
      await ask(socket, { payload, concurrency: 4, warmMs: 0, ms: 300 });
      callers.push(caller);
    }
    for (let round = 0; round < rounds; round++) {
      for (const concurrency of concurrencies) {
        for (const { socket, pid, samples } of turned(callers, round)) {
          const before = spent(pid);
          const asked = await ask(socket, { payload, concurrency, warmMs: 150, ms });
          const sample = { ...asked, allMicros: (spent(pid) - before) / asked.allJobs };
          samples.set(concurrency, [...(samples.get(concurrency) ?? []), sample]);
        }
      }
      process.stderr.write(`\r${version}, ${payload}: round ${round + 1} of ${rounds}`);
    }
    process.stderr.write("\n");
    for (const concurrency of concurrencies) print(version, payload, concurrency, callers);
  });
}

function print(version: string, payload: string, concurrency: number, callers: readonly Caller[]): void {
  const of = ({ samples }: Caller): Sample[] => samples.get(concurrency) ?? [];
  const own = callers.find(({ kind }) => kind === "poolable");
  /** Round by round, because what else the machine does changes from one to the next. */
  const ratio = (caller: Caller): number =>
    own
      ? median(of(own).map(({ perSecond }, round) => perSecond / (of(caller)[round]?.perSecond ?? 0)))
      : Number.NaN;
  const rows = callers.map((caller) => {
    const rates = of(caller).map(({ perSecond }) => perSecond);
    const middle = (key: keyof Sample): number => median(of(caller).map((sample) => sample[key]));
    return [
      caller.title,
      whole(median(rates)),
      `${whole(Math.min(...rates))} to ${whole(Math.max(...rates))}`,
      middle("p50Ms").toFixed(3),
      middle("p99Ms").toFixed(3),
      middle("callerMicros").toFixed(1),
      middle("allMicros").toFixed(1),
      caller === own ? "" : ratio(caller).toFixed(2),
    ];
  });
  console.log(`Node ${version}, ${payload}, concurrency ${concurrency}\n`);
  const head = [
    "",
    "jobs/s",
    "min to max",
    "p50 ms",
    "p99 ms",
    "caller's CPU µs/job",
    "all CPU µs/job",
    "poolable to it",
  ];
  console.log(`${table(head, rows)}\n`);
  for (const [wanted, at, kind, factor] of aims) {
    if (wanted !== payload || at !== concurrency) continue;
    const ratios = callers.filter((caller) => caller.kind === kind).map(ratio);
    const least = Math.min(...ratios);
    if (ratios.length > 0)
      console.log(
        `- at least ${factor} of the ${kindTitles[kind]}: ${least.toFixed(2)}, ${least >= factor ? "met" : "**not met**"}\n`,
      );
  }
}

function whole(number: number): string {
  return Math.round(number).toLocaleString("en");
}

console.log(`${machine()}; ${rounds} rounds of ${ms} ms, medians\n`);
for (const version of nodeVersions(values.node))
  for (const payload of values.payload.split(",")) await contest(version, payload);
