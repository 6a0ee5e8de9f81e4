/**
 * How a group follows its load: `node --import ./test/harness/register.mjs bench/scaling.ts`.
 *
 * Jobs come at an even pace, ten times as many for a while, and then as few as before. Each waits 20 ms for something
 * else, and a worker runs four at once, so that one worker is enough for the low load, and the high load needs four.
 */
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { connectPool, createPool } from "../index.ts";
import { scaling } from "../plugins/index.ts";
import { machine } from "./_machine.ts";
import { quantile } from "./_numbers.ts";
import { plot } from "./_plot.ts";
import { wallNow } from "./_probe.ts";
import { here } from "./_style.ts";

const { values } = parseArgs({
  options: {
    low: { type: "string", default: "70" },
    high: { type: "string", default: "700" },
    up: { type: "string", default: "1s" },
    down: { type: "string", default: "3s" },
    "seconds-low": { type: "string", default: "5" },
    "seconds-high": { type: "string", default: "15" },
    "seconds-after": { type: "string", default: "30" },
  },
});
const { up, down } = values;
const [low, high] = [Number(values.low), Number(values.high)];
const upAt = Number(values["seconds-low"]);
const downAt = upAt + Number(values["seconds-high"]);
const endAt = downAt + Number(values["seconds-after"]);

/** When a job was called, and begun, in seconds of the run. */
interface Seen {
  readonly calledAt: number;
  begunAt: number;
}

const pool = createPool({
  name: "bench-scaling",
  groups: {
    work: {
      type: "job",
      entry: here("workers/scaling.mjs"),
      workers: { min: 1, max: 8 },
      jobs: { maxConcurrent: 4 },
    },
  },
  plugins: [scaling({}, { up, down })],
});

const ready: [number, number][] = [];
const wanted: [number, number][] = [];
let begin = 0;
const secondsNow = (): number => (wallNow() - begin) / 1_000;
const count = (): number => pool.status().groups[0]!.slots.filter(({ state }) => state === "ready").length;
const note = (): void => void ready.push([secondsNow(), count()]);
pool.hooks.hook("slot:state", () => void setImmediate(note));
pool.hooks.hook("group:scaled", ({ to }) => void wanted.push([secondsNow(), to]));

await pool.start();
const connection = await connectPool(pool);
const jobs = connection.jobs("work");
await jobs.run("fetch", 0);

begin = wallNow();
ready.push([0, count()]);
wanted.push([0, count()]);
const seen: Seen[] = [];
const running: Promise<void>[] = [];
for (let due = 0; due < endAt;) {
  for (; due <= secondsNow(); due += 1 / (due >= upAt && due < downAt ? high : low)) {
    const job: Seen = { calledAt: secondsNow(), begunAt: Infinity };
    seen.push(job);
    running.push(jobs.run("fetch", 0).then((at) => void (job.begunAt = ((at as number) - begin) / 1_000)));
  }
  await sleep(2);
}
await Promise.all(running);
ready.push([endAt, count()]);
wanted.push([endAt, wanted.at(-1)![1]]);
connection.close();
await pool.stop();

/** Jobs that were called and not begun, at a time. */
function waitingAt(at: number): number {
  return seen.reduce((sum, { calledAt, begunAt }) => sum + (calledAt <= at && begunAt > at ? 1 : 0), 0);
}

const grid = Array.from({ length: Math.floor(endAt * 10) + 1 }, (_, index) => index / 10);
const waiting = grid.map((at): [number, number] => [at, waitingAt(at)]);
const load: [number, number][] = [
  [0, low],
  [upAt, high],
  [downAt, low],
  [endAt, low],
];
const file = here("scaling.svg");
writeFileSync(
  file,
  plot(`A group of 1 to 8 workers under a step of its load (up: ${up}, down: ${down})`, endAt, [
    { title: "jobs a second", lines: [{ name: "called", colour: "#555", points: load, isStepped: true }] },
    {
      title: "workers",
      lines: [
        { name: "wanted", colour: "#e0a020", points: wanted, isStepped: true },
        { name: "ready", colour: "#2060c0", points: ready, isStepped: true },
      ],
    },
    { title: "jobs", lines: [{ name: "called and not begun", colour: "#c03030", points: waiting }] },
  ]),
);

const after = (
  points: readonly (readonly [number, number])[],
  from: number,
  is: (value: number) => boolean,
): string => {
  const found = points.find(([at, value]) => at >= from && is(value));
  return found ? `${(found[0] - from).toFixed(2)} s` : "never";
};
const most = Math.max(...waiting.map(([, value]) => value));
const mostAt = waiting.find(([, value]) => value === most)![0];
const before = wanted.findLast(([at]) => at < upAt)![1];
/** A tenth of a second's jobs. */
const few = high / 10;
const waits = (from: number, to: number): number[] =>
  seen
    .filter(({ calledAt }) => calledAt >= from && calledAt < to)
    .map(({ calledAt, begunAt }) => 1_000 * (begunAt - calledAt));
const inMs = (from: number, to: number): string =>
  [0.5, 0.99].map((part) => `${quantile(waits(from, to), part).toFixed(1)} ms`).join(" and ");

console.log(`${machine()}\n`);
console.log(`- load up at ${upAt} s, from ${low} to ${high} jobs a second, with ${before} workers:`);
console.log(
  `  - one more wanted after ${after(wanted, upAt, (to) => to > before)}, ready after ${after(ready, upAt, (to) => to > before)}`,
);
console.log(`  - at most ${most} jobs wait, ${(mostAt - upAt).toFixed(1)} s after it`);
console.log(`  - fewer than ${few} wait again after ${after(waiting, mostAt, (value) => value < few)} more`);
console.log(`  - workers at the end of it: ${wanted.findLast(([at]) => at < downAt)![1]}`);
console.log(`- load down at ${downAt} s:`);
console.log(
  `  - one fewer after ${after(wanted, downAt + 0.05, () => true)}, one worker after ${after(wanted, downAt, (to) => to === 1)}`,
);
console.log(
  `- wait before a job is begun, p50 and p99: low ${inMs(1, upAt)}, high and settled ${inMs(downAt - 4, downAt)}, after ${inMs(downAt + 1, endAt)}`,
);
console.log(`- ${seen.length} jobs, all answered; the plot is in ${file}`);
