/**
 * Requests per second of two workers: `node --import ./test/harness/register.mjs bench/throughput.ts` (Linux).
 *
 * All run the same unchanged program, each supervisor with its defaults, on one Node after the other. In a round each
 * of them is asked by 64 clients, first on kept connections, then with a connection for each request, one supervisor
 * after the other in an order that turns with the round.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { nodeVersions, startAll, turned } from "./_contest.ts";
import type { Contestant, NodeVersion } from "./_contest.ts";
import { flood, type Flood } from "./_flood.ts";
import { children, machine, usage, withFolder } from "./_machine.ts";
import { median, table } from "./_numbers.ts";
import { bare } from "./styles/bare.ts";
import { cluster } from "./styles/cluster.ts";
import { pm2 } from "./styles/pm2.ts";
import { poolable } from "./styles/poolable.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "3" },
    clients: { type: "string", default: "64" },
    node: { type: "string", default: "20,24" },
    port: { type: "string", default: "44000" },
  },
});
const [rounds, seconds, clients, port] = [values.rounds, values.seconds, values.clients, values.port].map(
  Number,
) as [number, number, number, number];

const kinds = ["keep-alive", "fresh"] as const;
type Kind = (typeof kinds)[number];
const titles: Readonly<Record<Kind, string>> = {
  "keep-alive": "keep-alive",
  fresh: "a connection for each request",
};

/** What poolable is to reach, compared with whom (without a name: the best), and the factor. */
const aims: Readonly<Record<Kind, readonly [aim: string, rival: string | undefined, factor: number]>> = {
  "keep-alive": ["at least level with the best rival", undefined, 1],
  fresh: ["at least 2 times node:cluster", cluster.name, 2],
};

interface Sample extends Flood {
  /** CPU time of the supervisor and its workers. */
  readonly cpuMicrosPerRequest: number;
}

/** Lets the clients ask one contestant. */
async function ask({ port, running }: Contestant, kind: Kind): Promise<Sample> {
  const used = (): number =>
    [running.supervisor, ...children(running.supervisor)].reduce(
      (sum, pid) => sum + usage(pid).cpuSeconds,
      0,
    );
  const before = used();
  const counted = await flood({ port, clients, kind, seconds });
  return { ...counted, cpuMicrosPerRequest: ((used() - before) * 1e6) / counted.allRequests };
}

async function contest({ version, path }: NodeVersion): Promise<void> {
  const samples = new Map<string, Sample[]>();
  const keyOf = (name: string, kind: Kind): string => `${name} ${kind}`;
  await withFolder(async (folder, defer) => {
    const contestants = await startAll([bare, cluster, pm2, poolable], { node: path, port, folder }, defer);
    for (let round = 0; round < rounds; round++) {
      for (const kind of kinds) {
        for (const contestant of turned(contestants, round)) {
          const key = keyOf(contestant.name, kind);
          samples.set(key, [...(samples.get(key) ?? []), await ask(contestant, kind)]);
        }
      }
      process.stderr.write(`\r${version}: round ${round + 1} of ${rounds}`);
    }
    process.stderr.write("\n");
    const names = contestants.map(({ name }) => name);
    for (const kind of kinds) print(version, kind, (name) => samples.get(keyOf(name, kind)) ?? [], names);
  });
}

function print(version: string, kind: Kind, of: (name: string) => Sample[], names: readonly string[]): void {
  const middle = (name: string, key: keyof Sample): number => median(of(name).map((sample) => sample[key]));
  const best = Math.max(
    ...names.filter((name) => name !== poolable.name).map((name) => middle(name, "perSecond")),
  );
  const rows = names.map((name) => {
    const perSecond = middle(name, "perSecond");
    return [
      name,
      Math.round(perSecond).toLocaleString("en"),
      (perSecond / best).toFixed(2),
      (perSecond / middle(cluster.name, "perSecond")).toFixed(2),
      middle(name, "p99Ms").toFixed(1),
      `${Math.round(100 * middle(name, "busiest"))} %`,
      `${Math.round(100 * Math.max(...of(name).map((sample) => sample.busiest)))} %`,
      middle(name, "cpuMicrosPerRequest").toFixed(0),
      middle(name, "ownCpu").toFixed(2),
      String(of(name).reduce((sum, { failed }) => sum + failed, 0)),
    ];
  });
  console.log(`Node ${version}, ${titles[kind]}\n`);
  const head = [
    "",
    "requests/s",
    "to the best rival",
    "to node:cluster",
    "p99 ms",
    "busiest worker",
    "worst round",
  ];
  console.log(`${table([...head, "CPU µs/request", "generator's cores", "failed"], rows)}\n`);
  const [aim, rival, factor] = aims[kind];
  const ratio = middle(poolable.name, "perSecond") / (rival ? middle(rival, "perSecond") : best);
  console.log(`- ${aim}: ${ratio.toFixed(2)}, ${ratio >= factor ? "met" : "**not met**"}`);
  const busiest = Math.round(100 * middle(poolable.name, "busiest"));
  console.log(`- distribution within 60 : 40: ${busiest} %, ${busiest <= 60 ? "met" : "**not met**"}\n`);
}

console.log(`${machine()}; ${clients} clients, ${rounds} rounds of ${seconds} s, medians\n`);
for (const version of nodeVersions(values.node)) await contest(version);
