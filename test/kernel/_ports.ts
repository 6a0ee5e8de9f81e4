import { setImmediate as turn } from "node:timers/promises";
import type {
  Clock,
  HookName,
  HookPayload,
  PoolConfig,
  Plugin,
  PluginContext,
  Pool,
  Runtime,
  SpawnRequest,
} from "../../core/index.ts";
import type { WorkerProcess, WorkerSink } from "../../core/index.ts";
import { createKernel } from "../../core/index.ts";
import type { Frame } from "../../core/protocol/frames.ts";
import type { GoodbyeKind } from "../../core/protocol/goodbye.ts";
import { restart } from "../../plugins/restart/index.ts";
import { Heap } from "../simulator/heap.ts";

/** Time that goes by when the test says so. */
export class FakeClock implements Clock {
  #now = 0;
  #order = 0;
  readonly #timers = new Heap();

  now(): number {
    return this.#now;
  }

  at(at: number, run: () => void): () => void {
    const item = { at, order: this.#order++, supervisor: true, timer: true, cancelled: false, run };
    this.#timers.push(item);
    return () => void (item.cancelled = true);
  }

  wallNow(): number {
    return 1_000_000 + this.#now;
  }

  /** No jitter. */
  random(): number {
    return 0.5;
  }

  /** The process was stopped: `ms` have gone by, and no timer has come. */
  stop(ms: number): void {
    this.#now += ms;
  }

  /** Lets `ms` go by, timer by timer, each with all that follows from it. */
  async pass(ms: number): Promise<void> {
    await turn();
    const until = this.#now + ms;
    for (;;) {
      const next = this.#timers.pop();
      if (!next) break;
      if (next.at > until) {
        this.#timers.push(next);
        break;
      }
      this.#now = Math.max(this.#now, next.at);
      if (next.cancelled) continue;
      next.run();
      await turn();
    }
    this.#now = until;
    await turn();
  }
}

/** One worker: what it was told, and what the test lets it say. */
export class FakeWorker implements WorkerProcess {
  readonly request: SpawnRequest;
  readonly sink: WorkerSink;
  readonly pid: number;
  /** The types of the frames, and the signals, in order. */
  readonly heard: string[] = [];
  isGone = false;

  constructor(request: SpawnRequest, sink: WorkerSink, pid: number) {
    this.request = request;
    this.sink = sink;
    this.pid = pid;
  }

  send(frame: Frame): boolean {
    this.heard.push(frame.type);
    return true;
  }

  signal(signal: string): boolean {
    this.heard.push(signal);
    return !this.isGone;
  }

  disconnect(): void {
    this.heard.push("disconnect");
  }

  say(...types: string[]): void {
    for (const type of types) this.sink.frame({ type });
  }

  goodbye(kind: GoodbyeKind): void {
    this.sink.frame({ type: "goodbye", kind });
  }

  exit(code: number | null, signal: string | null = null): void {
    this.isGone = true;
    this.sink.exited({ code, signal, stderrTail: "", oomKills: 0 });
  }
}

/** Workers without processes. They say nothing unless `begin` or the test lets them. */
export class FakeRuntime implements Runtime {
  readonly name = "fake";
  readonly workers: FakeWorker[] = [];
  begin: (worker: FakeWorker) => void;
  isOpen = false;
  prepare?: () => Promise<void>;
  refuse?: NonNullable<Runtime["refuse"]>;

  constructor(begin: (worker: FakeWorker) => void = () => {}) {
    this.begin = begin;
  }

  spawn(request: SpawnRequest, sink: WorkerSink): FakeWorker {
    const worker = new FakeWorker(request, sink, 1000 + this.workers.length);
    this.workers.push(worker);
    queueMicrotask(() => {
      sink.spawned(worker.pid);
      this.begin(worker);
    });
    return worker;
  }

  /** The latest worker of a slot. */
  worker(slot: string): FakeWorker {
    const found = this.workers.findLast(({ request }) => request.slot === slot);
    if (!found) throw new Error(`${slot} has no worker`);
    return found;
  }

  environment(overrides: Readonly<Record<string, string | boolean>>): Record<string, string> {
    return Object.fromEntries(Object.entries(overrides).map(([name, value]) => [name, String(value)]));
  }

  realPath(path: string): string {
    return path;
  }

  open(): Promise<void> {
    this.isOpen = true;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.isOpen = false;
    return Promise.resolve();
  }
}

/** A worker that is ready at once, and ends when it is asked to. */
export function obliging(worker: FakeWorker): void {
  const { send, signal } = worker;
  worker.send = (frame) => {
    if (frame.type === "ping") worker.say("heartbeat");
    const { isGone } = worker;
    if ((frame.type === "drain" || frame.type === "stop") && !isGone) queueMicrotask(() => leave(worker));
    return send.call(worker, frame);
  };
  worker.signal = (name) => {
    if (!worker.isGone) queueMicrotask(() => worker.isGone || worker.exit(null, name));
    return signal.call(worker, name);
  };
  worker.say("hello", "ready");
}

function leave(worker: FakeWorker): void {
  if (worker.isGone) return;
  worker.goodbye("drained");
  worker.exit(0);
}

/** A pool over fakes, and what it has told. */
export interface Rig {
  readonly pool: Pool;
  /** What the plugins of the pool have, from its start on. */
  context(): PluginContext;
  readonly clock: FakeClock;
  readonly runtime: FakeRuntime;
  /** The facts of one name so far. */
  facts<Name extends HookName>(name: Name): HookPayload<Name>[];
}

const OBSERVED = [
  "plugin:error",
  "plugin:slow",
  "pool:state",
  "pool:critical",
  "pool:stopping",
  "pool:stopped",
  "group:scaled",
  "group:refused",
  "slot:state",
  "slot:degraded",
  "slot:recovered",
  "worker:exited",
  "worker:violation",
  "worker:silent",
  "worker:evidence",
  "worker:recovered",
  "pool:away",
  "worker:alarm",
  "exit:classified",
  "restart:decided",
  "reload:done",
  "reload:rolledback",
] as const satisfies readonly HookName[];

/** Makes a pool of one group `g` of one worker, unless `config` says otherwise. `load` gives the config of a reload. */
export function rig(
  config: Partial<PoolConfig> = {},
  begin: (worker: FakeWorker) => void = obliging,
  load?: () => PoolConfig,
): Rig {
  const clock = new FakeClock();
  const runtime = new FakeRuntime(begin);
  const { plugins = [], ...rest } = config;
  const groups = { g: { entry: "./g.ts" } };
  let context!: PluginContext;
  const own: Plugin = { name: "rig", setup: (given) => void (context = given) };
  const whole: PoolConfig = { name: "test", groups, root: "/", ...rest, plugins: [restart(), plugins, own] };
  const pool = createKernel(whole, { clock, runtimes: [runtime], pid: 1, ...(load ? { load } : {}) });
  const told: [string, unknown][] = [];
  for (const name of OBSERVED) pool.hooks.hook(name, (fact: unknown) => void told.push([name, fact]));
  return {
    pool,
    context: () => context,
    clock,
    runtime,
    facts: (name) => told.flatMap(([of, fact]) => (of === name ? [fact as never] : [])),
  };
}

/** The outcome of a promise that should have one by now: `"pending"` when it has none. */
export async function settled<T>(promise: Promise<T>): Promise<T | Error | "pending"> {
  const outcome = promise.catch((error: Error) => error);
  await turn();
  return await Promise.race([outcome, turn().then(() => "pending" as const)]);
}
