/**
 * What an event costs the kernel: `npm run bench -- kernel`.
 *
 * Pools of 10, 1,000 and 10,000 slots over workers and a clock that are made up; the kernel, its hooks and decisions
 * and the built-in restart plugin are the real ones. Every worker lives the same life again and again: spawned, hello,
 * ready, heartbeats, a goodbye that asks for a restart, disconnected, exited. The pools take turns.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import type { Clock } from "../core/clock.ts";
import { createKernel } from "../core/kernel.ts";
import type { Pool } from "../core/pool.ts";
import type { Runtime, WorkerSink } from "../core/runtime.ts";
import { restart } from "../plugins/restart/index.ts";
import { machine } from "./_machine.ts";
import { median, table } from "./_numbers.ts";

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "200000" },
    rounds: { type: "string", default: "9" },
  },
});
const [events, rounds] = [values.events, values.rounds].map(Number) as [number, number];
const sizes = [10, 1_000, 10_000];

/** Virtual time between two events of one worker, in milliseconds: well below the heartbeat's deadline. */
const BETWEEN_MS = 1_000;

const LIFE: readonly ((sink: WorkerSink) => void)[] = [
  (sink) => sink.spawned(1),
  (sink) => sink.frame({ type: "hello" }),
  (sink) => sink.frame({ type: "ready" }),
  ...Array.from({ length: 10 }, () => (sink: WorkerSink) => sink.frame({ type: "heartbeat" })),
  (sink) => sink.frame({ type: "goodbye", kind: "restart" }),
  (sink) => sink.disconnected(),
  (sink) => sink.exited({ code: 0, signal: null, stderrTail: "" }),
];

/** A clock that stands still between events; timers fire in whole steps of it, for any number of them at one cost. */
class Steps implements Clock {
  #now = 0;
  readonly #due = new Map<number, Set<() => void>>();
  static readonly ms = 250;

  now(): number {
    return this.#now;
  }

  random(): number {
    return 0.5;
  }

  at(at: number, fire: () => void): () => void {
    const step = Math.max(Math.ceil(at / Steps.ms), Math.floor(this.#now / Steps.ms) + 1);
    const timer = (): void => fire();
    const timers = this.#due.get(step) ?? new Set();
    this.#due.set(step, timers.add(timer));
    return () => void timers.delete(timer);
  }

  /** Returns how many timers fired: each is an event of the kernel too. */
  forward(ms: number): number {
    const before = Math.floor(this.#now / Steps.ms);
    this.#now += ms;
    let fired = 0;
    for (let step = before + 1; step <= Math.floor(this.#now / Steps.ms); step++) {
      const timers = this.#due.get(step) ?? [];
      this.#due.delete(step);
      for (const fire of timers) {
        fire();
        fired++;
      }
    }
    return fired;
  }
}

/** One pool, and its workers by slot: where each stands in its life. */
class Subject {
  readonly size: number;
  readonly #clock = new Steps();
  readonly #workers = new Map<string, { sink: WorkerSink; at: number }>();
  readonly #pool: Pool;
  #facts = 0;

  constructor(size: number) {
    this.size = size;
    const runtime: Runtime = {
      name: "made-up",
      spawn: ({ slot }, sink) => {
        this.#workers.set(slot, { sink, at: 0 });
        return { send: () => true, signal: () => true, disconnect: () => {} };
      },
      environment: () => ({}),
      realPath: (path) => path,
      open: async () => {},
      close: async () => {},
    };
    this.#pool = createKernel(
      {
        name: "bench",
        groups: { all: { entry: "./x.mjs", type: "service", workers: size } },
        plugins: [restart()],
      },
      { clock: this.#clock, runtimes: [runtime], pid: process.pid },
    );
    this.#pool.hooks.hook("slot:state", () => void this.#facts++);
  }

  /** Resolves when every worker is ready. */
  async start(): Promise<void> {
    let isUp = false;
    void this.#pool.start().then(() => (isUp = true));
    while (!isUp) {
      for (const worker of this.#workers.values()) if (worker.at < 3) LIFE[worker.at++]!(worker.sink);
      await turn();
    }
  }

  /** Makes about `wanted` events happen, in whole laps; resolves with how many it were. */
  async run(wanted: number): Promise<number> {
    let happened = 0;
    while (happened < wanted) happened += await this.#lap();
    return happened;
  }

  /** Throws when the pool has not kept all of its workers. */
  check(): void {
    const { pool, groups } = this.#pool.status();
    const lost = groups[0]!.slots.filter(({ lastExit }) => lastExit && lastExit.class !== "selfRestart");
    if (pool.state !== "running" || lost.length > 0)
      throw new Error(`${lost.length} of ${this.size} were lost`);
  }

  /** One event of every worker. */
  async #lap(): Promise<number> {
    let happened = 0;
    let ended = 0;
    for (const [slot, worker] of [...this.#workers]) {
      LIFE[worker.at++]!(worker.sink);
      happened += 1 + this.#clock.forward(BETWEEN_MS / this.size);
      if (worker.at < LIFE.length) continue;
      this.#workers.delete(slot);
      ended++;
      // What starts a worker is asked asynchronously.
      if (ended % 10 === 0) await turn();
    }
    await turn();
    const missing = this.size - this.#workers.size;
    return happened + this.#clock.forward((BETWEEN_MS / this.size) * missing);
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const subjects = sizes.map((size) => new Subject(size));
for (const subject of subjects) {
  await subject.start();
  await subject.run(events / 2);
}
const costs = new Map(subjects.map((subject): [Subject, number[]] => [subject, []]));
for (let round = 0; round < rounds; round++) {
  process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  for (const [subject, all] of costs) {
    const began = performance.now();
    const happened = await subject.run(events);
    all.push(((performance.now() - began) * 1000) / happened);
  }
}

for (const subject of subjects) subject.check();
console.log(`${machine()}; ${rounds} rounds of ${events} events\n`);
const base = median(costs.get(subjects[0]!)!);
console.log(
  table(
    ["slots", "events a second", "µs an event", "to 10 slots"],
    [...costs].map(([{ size }, all]) => {
      const cost = median(all);
      return [
        size.toLocaleString("en"),
        Math.round(1e6 / cost).toLocaleString("en"),
        cost.toFixed(2),
        (cost / base).toFixed(2),
      ];
    }),
  ),
);
