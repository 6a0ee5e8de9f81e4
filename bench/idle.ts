/**
 * What a supervisor costs while nothing happens: `node --import ./test/harness/register.mjs bench/idle.ts` (Linux).
 *
 * Every style runs two workers on one port, all styles at the same time. A repeat starts them afresh, lets them settle
 * and then reads `/proc` before and after `seconds` of idleness.
 */
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { children, machine, usage, withFolder } from "./_machine.ts";
import type { Usage } from "./_machine.ts";
import { median, table } from "./_numbers.ts";
import { firstAnswer } from "./_probe.ts";
import { here, startNode, stopNode } from "./_style.ts";
import type { Running, Style } from "./_style.ts";
import { cluster } from "./styles/cluster.ts";
import { pm2 } from "./styles/pm2.ts";
import { poolable } from "./styles/poolable.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    repeats: { type: "string", default: "3" },
    port: { type: "string", default: "43000" },
  },
});
const [seconds, repeats, port] = [values.seconds, values.repeats, values.port].map(Number) as [
  number,
  number,
  number,
];
const workers = 2;

/** The floor of the table: a Node process with nothing to do. */
const empty: Style = {
  name: "empty Node process",
  missing: () => undefined,
  async start({ folder }) {
    const child = startNode("empty", [here("workers/empty.mjs")], { folder }, {});
    return { supervisor: child.pid ?? 0, stop: () => stopNode(child) };
  },
};

interface Sample {
  readonly supervisor: Usage;
  /** Of all workers together. */
  readonly workers: Usage;
}

const styles = [empty, cluster, pm2, poolable].filter((style) => {
  const why = style.missing();
  if (why) console.error(`${style.name}: left out, ${why}`);
  return !why;
});
const samples = new Map<string, Sample[]>(styles.map((style) => [style.name, []]));

for (let repeat = 0; repeat < repeats; repeat++) {
  process.stderr.write(`repeat ${repeat + 1} of ${repeats}\n`);
  await withFolder(async (folder, defer) => {
    const running: [Style, Running][] = [];
    for (const [index, style] of styles.entries()) {
      const place = { port: port + index, workers };
      const one = await style.start({ places: [place], folder });
      defer(() => one.stop());
      if (style !== empty) await firstAnswer(place.port);
      running.push([style, one]);
    }
    await sleep(10_000);
    const before = running.map(([style, { supervisor }]) => read(style, supervisor));
    await sleep(seconds * 1000);
    for (const [index, [style, { supervisor }]] of running.entries()) {
      const [first, last] = [before[index] as Sample, read(style, supervisor)];
      samples.get(style.name)?.push({
        supervisor: spent(first.supervisor, last.supervisor),
        workers: spent(first.workers, last.workers),
      });
    }
  });
}

function read(style: Style, supervisor: number): Sample {
  const pids = children(supervisor);
  if (style !== empty && pids.length !== workers)
    throw new Error(`${style.name} has ${pids.length} children`);
  const all = pids.map(usage);
  const sum = (key: keyof Usage): number => all.reduce((total, one) => total + one[key], 0);
  return {
    supervisor: usage(supervisor),
    workers: { rssKb: sum("rssKb"), pssKb: sum("pssKb"), cpuSeconds: sum("cpuSeconds") },
  };
}

/** Memory as it is at the end, CPU as it grew. */
function spent(first: Usage, last: Usage): Usage {
  return { ...last, cpuSeconds: last.cpuSeconds - first.cpuSeconds };
}

const rows = styles.map((style) => {
  const of = (who: keyof Sample, key: keyof Usage): number =>
    median((samples.get(style.name) ?? []).map((sample) => sample[who][key]));
  const cells = (who: keyof Sample): string[] => [
    (of(who, "rssKb") / 1024).toFixed(1),
    (of(who, "pssKb") / 1024).toFixed(1),
    of(who, "cpuSeconds").toFixed(2),
  ];
  return [style.name, ...cells("supervisor"), ...(style === empty ? ["", "", ""] : cells("workers"))];
});
console.log(`${machine()}; ${repeats} repeats of ${seconds} s, medians; MiB and CPU seconds\n`);
const columns = (who: string): string[] => [`${who} RSS`, `${who} PSS`, `${who} CPU s`];
console.log(table(["", ...columns("supervisor"), ...columns(`${workers} workers`)], rows));
