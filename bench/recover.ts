/**
 * From `kill -9` of a worker to its replacement: `node --import ./test/harness/register.mjs bench/recover.ts`.
 *
 * One supervisor of each style runs `stations` workers, each alone on its port. A round kills one worker of each style,
 * one style after the other, and starts the same worker bare. Between rounds 10.5 s go by, and with 6 stations a slot
 * is hit once in 63 s: that is a crash out of the blue, which poolable's default policy restarts at once.
 */
import { once } from "node:events";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { machine, withFolder } from "./_machine.ts";
import { median, quantile, table } from "./_numbers.ts";
import { firstAnswer, wallNow } from "./_probe.ts";
import type { Seen } from "./_probe.ts";
import { here, startNode } from "./_style.ts";
import { cluster } from "./styles/cluster.ts";
import { pm2 } from "./styles/pm2.ts";
import { poolable } from "./styles/poolable.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "24" },
    stations: { type: "string", default: "6" },
    gap: { type: "string", default: "10500" },
    port: { type: "string", default: "42000" },
  },
});
const [rounds, stations, gap, port] = [values.rounds, values.stations, values.gap, values.port].map(
  Number,
) as [number, number, number, number];

interface Sample {
  readonly born: number;
  readonly listening: number;
  readonly answered: number;
}

const since = (start: number, seen: Seen): Sample => ({
  born: seen.bornAt - start,
  listening: seen.listeningAt - start,
  answered: seen.at - start,
});

async function bareStart(folder: string): Promise<Sample> {
  const start = wallNow();
  const child = startNode("bare", [here("workers/bare.mjs")], { folder }, { PORT: String(port - 1) });
  const seen = await firstAnswer(port - 1);
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
  return since(start, seen);
}

async function recovery(at: number): Promise<Sample> {
  const { pid } = await firstAnswer(at);
  const start = wallNow();
  process.kill(pid, "SIGKILL");
  return since(start, await firstAnswer(at, pid));
}

await withFolder(async (folder, defer) => {
  const samples = new Map<string, Sample[]>();
  const runs: { name: string; once: (round: number) => Promise<Sample> }[] = [
    { name: "bare start", once: () => bareStart(folder) },
  ];
  for (const [index, style] of [cluster, pm2, poolable].entries()) {
    const why = style.missing();
    if (why) {
      console.error(`${style.name}: left out, ${why}`);
      continue;
    }
    const first = port + 100 * index;
    const places = Array.from({ length: stations }, (_, i) => ({ port: first + i, workers: 1 }));
    const running = await style.start({ places, folder });
    defer(() => running.stop());
    for (const place of places) await firstAnswer(place.port);
    runs.push({ name: style.name, once: (round) => recovery(first + (round % stations)) });
  }
  for (let round = 0; round < rounds; round++) {
    await sleep(gap);
    for (let i = 0; i < runs.length; i++) {
      const run = runs[(round + i) % runs.length] as (typeof runs)[number];
      const sample = await run.once(round);
      samples.set(run.name, [...(samples.get(run.name) ?? []), sample]);
      await sleep(300);
    }
    process.stderr.write(`\rround ${round + 1} of ${rounds}`);
  }
  process.stderr.write("\n");
  print(runs.map((run) => [run.name, samples.get(run.name) ?? []]));
});

function print(results: readonly (readonly [string, readonly Sample[]])[]): void {
  const bare = median((results[0]?.[1] ?? []).map((sample) => sample.answered));
  const rows = results.map(([name, all]) => {
    const of = (key: keyof Sample): number[] => all.map((sample) => sample[key]);
    const answered = median(of("answered"));
    const times = [median(of("born")), median(of("listening")), answered, quantile(of("answered"), 0.9)];
    return [name, ...times.map((ms) => ms.toFixed(1)), (answered / bare).toFixed(2)];
  });
  console.log(
    `${machine()}; ${rounds} rounds; milliseconds after the kill (bare: after the spawn), medians\n`,
  );
  console.log(table(["", "process born", "listening", "first answer", "p90", "to bare"], rows));
}
