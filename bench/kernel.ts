/**
 * What an event costs the kernel with few and with many slots: `node --import ./test/harness/register.mjs bench/kernel.ts`.
 *
 * The whole of `createKernel` runs, with its hooks (observed), its decisions (answered by the built-in restart plugin,
 * after a tap that passes) and its effects. Workers and time are fakes, so that nothing else is measured. The figures
 * are CPU time (garbage collection included), which other work on the machine disturbs less than the wall clock.
 */
import process from "node:process";
import { setImmediate as turn } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Clock, Pool, Runtime, SpawnRequest, WorkerProcess, WorkerSink } from "../core/index.ts";
import type { Plugin } from "../core/index.ts";
import { createKernel } from "../core/index.ts";
import { restart } from "../plugins/restart/index.ts";
import { machine } from "./_machine.ts";
import { median, table } from "./_numbers.ts";

const { values } = parseArgs({
  options: {
    slots: { type: "string", default: "10,1000,10000" },
    rounds: { type: "string", default: "7" },
    events: { type: "string", default: "100000" },
    only: { type: "string", default: "" },
  },
});
const sizes = values.slots.split(",").map(Number);
const [rounds, events] = [Number(values.rounds), Number(values.events)];

/** Slots that crash before their replacements are waited for; no more start at the same time. */
const BATCH = 8;

/** Time that stands still unless it is moved. Only what is due at once ever fires. */
class Time implements Clock {
  #now = 0;
  #due: (() => void)[] = [];

  now(): number {
    return this.#now;
  }

  at(at: number, fire: () => void): () => void {
    if (at > this.#now) return () => {};
    this.#due.push(fire);
    return () => void (this.#due = this.#due.filter((other) => other !== fire));
  }

  random(): number {
    return 0.5;
  }

  move(ms: number): void {
    this.#now += ms;
  }

  fire(): void {
    for (const fire of this.#due.splice(0)) fire();
  }
}

interface Live {
  readonly sink: WorkerSink;
  readonly index: number;
}

/** Workers that are ready at once, and gone as soon as they are asked to drain. */
class Workers implements Runtime {
  readonly name = "fake";
  /** The newest worker of each slot. */
  readonly live: Live[] = [];
  spawned = 0;

  spawn(request: SpawnRequest, sink: WorkerSink): WorkerProcess {
    const index = Number(request.slot.slice(request.slot.indexOf("#") + 1));
    this.live[index] = { sink, index };
    const pid = ++this.spawned;
    queueMicrotask(() => {
      sink.spawned(pid);
      sink.frame({ type: "hello" });
      sink.frame({ type: "ready" });
    });
    const leave = (): void => {
      sink.frame({ type: "goodbye", kind: "drained" });
      sink.exited({ code: 0, signal: null, stderrTail: "" });
    };
    return {
      send(frame) {
        if (frame.type === "drain") queueMicrotask(leave);
        // What comes up in a reload has to show that it lives.
        if (frame.type === "ping") queueMicrotask(() => sink.frame({ type: "heartbeat" }));
        return true;
      },
      signal: () => true,
      disconnect() {},
    };
  }

  environment(): Record<string, string> {
    return {};
  }

  realPath(path: string): string {
    return path;
  }

  async open(): Promise<void> {}
  async close(): Promise<void> {}
}

/** Somebody who observes as the log and the status do, and has a say in the decisions and none to give. */
function observer(heard: { facts: number }): Plugin {
  return {
    name: "observer",
    setup({ hooks, decisions }) {
      const hear = (): void => void heard.facts++;
      for (const name of [
        "slot:state",
        "worker:spawned",
        "worker:ready",
        "worker:exited",
        "worker:log",
      ] as const) {
        hooks.hook(name, hear);
      }
      for (const name of ["exit:classified", "restart:decided", "reload:progress"] as const)
        hooks.hook(name, hear);
      decisions.classifyExit.tap("observer", () => undefined);
      decisions.restart.tap("observer", () => undefined);
      decisions.reloadPlan.tap("observer", (plan) => ({ ...plan, minReadyMs: 0 }));
    },
  };
}

interface Rig {
  readonly pool: Pool;
  readonly time: Time;
  readonly workers: Workers;
  readonly slots: number;
  /** Where the next measurement goes on among the slots. */
  next: number;
}

async function start(slots: number): Promise<Rig> {
  const time = new Time();
  const workers = new Workers();
  const range = { min: slots, max: slots + 1 };
  const groups = { web: { entry: "/web.ts", workers: range, heartbeat: "10h", hello: "10h" } };
  const config = { name: "bench", root: "/", groups, plugins: [restart(), observer({ facts: 0 })] };
  const pool = createKernel(config, { clock: time, runtimes: [workers], pid: 1 });
  await pool.start();
  return { pool, time, workers, slots, next: 0 };
}

/** Slots in an order that no cache knows, each once before one comes again. */
function take(rig: Rig): Live {
  rig.next = (rig.next + STRIDE) % rig.slots;
  return rig.workers.live[rig.next]!;
}
const STRIDE = 1;

/** One kind of work: does it about `count` events long, and gives the exact number. */
type Work = (rig: Rig, count: number) => Promise<number>;

const all: Readonly<Record<string, Work>> = {
  async heartbeats(rig, count) {
    const heartbeat = { type: "heartbeat" };
    for (let done = 0; done < count; done++) take(rig).sink.frame(heartbeat);
    return count;
  },
  async "crash and restart"(rig, count) {
    let done = 0;
    for (; done < count; done += 4 * BATCH) {
      // Every slot crashes less than once a minute: out of the blue, so that it starts again at once.
      rig.time.move(Math.ceil((61_000 * BATCH) / Math.min(rig.slots, BATCH)));
      for (let index = 0; index < BATCH; index++) {
        take(rig).sink.exited({ code: 1, signal: null, stderrTail: "Error: bench" });
      }
      await turn();
    }
    return done;
  },
  async "a mix"(rig, count) {
    const [heartbeat, log] = [{ type: "heartbeat" }, { type: "log", level: "info", message: "done" }];
    let done = 0;
    for (; done < count; done += 25 * BATCH) {
      rig.time.move(Math.ceil((61_000 * BATCH) / Math.min(rig.slots, BATCH)));
      for (let index = 0; index < 18 * BATCH; index++) take(rig).sink.frame(heartbeat);
      for (let index = 0; index < 3 * BATCH; index++) take(rig).sink.frame(log);
      for (let index = 0; index < BATCH; index++) {
        take(rig).sink.exited({ code: 1, signal: null, stderrTail: "Error: bench" });
      }
      await turn();
    }
    return done;
  },
  async "soft reload"(rig, count) {
    let done = 0;
    while (done < Math.min(count, 6 * rig.slots)) {
      const before = rig.workers.spawned;
      let isOver = false;
      const report = rig.pool.reload().finally(() => (isOver = true));
      while (!isOver) {
        rig.time.move(1000);
        await turn();
        rig.time.fire();
      }
      if ((await report).reason !== null) throw new Error(`the reload failed: ${(await report).reason}`);
      // spawned, hello, ready, due, goodbye, exited
      done += 6 * (rig.workers.spawned - before);
    }
    return done;
  },
};

const works = Object.fromEntries(Object.entries(all).filter(([name]) => name.includes(values.only)));
const costs = new Map<string, number[]>();
const rigs: Rig[] = [];
for (const size of sizes) rigs.push(await start(size));
for (let round = -1; round < rounds; round++) {
  for (const [name, work] of Object.entries(works)) {
    for (const rig of rigs) {
      const before = process.cpuUsage();
      const count = await work(rig, round < 0 ? events / 4 : events);
      const { user, system } = process.cpuUsage(before);
      const key = `${name} ${rig.slots}`;
      // The first round is for the compiler.
      if (round >= 0) costs.set(key, [...(costs.get(key) ?? []), (user + system) / count]);
    }
  }
  process.stderr.write(`\rround ${round + 1} of ${rounds}`);
}
process.stderr.write("\n");
for (const { pool } of rigs) {
  const { slots } = pool.status().groups[0]!;
  const ready = slots.filter(({ state }) => state === "ready").length;
  if (ready !== slots.length - 1)
    throw new Error(`${ready} of ${slots.length - 1} workers are ready at the end`);
}

const rows = Object.keys(works).map((name) => {
  const cost = sizes.map((size) => median(costs.get(`${name} ${size}`) ?? []));
  const ratios = cost.slice(1).map((each) => (each / cost[0]!).toFixed(2));
  const rate = cost.map((each) => Math.round(1e6 / each).toLocaleString("en"));
  return [name, ...rate, ...cost.map((each) => each.toFixed(2)), ...ratios];
});
console.log(`${machine()}; ${rounds} rounds of ${events.toLocaleString("en")} events; medians\n`);
console.log(
  table(
    [
      "",
      ...sizes.map((size) => `${size} slots: events/s`),
      ...sizes.map((size) => `${size}: µs`),
      ...sizes.slice(1).map((size) => `${size} to ${sizes[0]}`),
    ],
    rows,
  ),
);
