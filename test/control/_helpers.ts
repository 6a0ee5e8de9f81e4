import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";
import { PoolError } from "../../core/contract/errors.ts";
import type { PluginContext } from "../../core/contract/plugin-context.ts";
import type { Plugin } from "../../core/contract/plugin.ts";
import type { PoolEnd } from "../../core/contract/pool.ts";
import type { PoolStatus } from "../../core/contract/status.ts";
import { createFrameDecoder } from "../../core/protocol/frames.ts";
import type { Frame } from "../../core/protocol/frames.ts";
import { createNotifier } from "../../core/shell/notifier.ts";
import type { TestContext } from "../_suite.ts";

/** A folder of the test's own, short enough for sockets. */
export async function temporaryFolder({ defer }: Pick<TestContext, "defer">): Promise<string> {
  const folder = await mkdtemp("/tmp/pc-");
  defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A pool of one group that remembers what it was asked. */
export interface FakePool extends PluginContext {
  readonly calls: string[];
  /** Ends what `restart` and `scale` wait for. */
  readonly slow: { promise: Promise<void>; finish: () => void };
  desired: number;
}

export function createFakePool(name = "shop"): FakePool {
  const { hooks, notify } = createNotifier();
  const calls: string[] = [];
  let finish = (): void => {};
  const promise = new Promise<void>((resolve) => (finish = resolve));
  let end!: (end: PoolEnd) => void;
  const closed = new Promise<PoolEnd>((resolve) => (end = resolve));
  const pool = {
    name,
    hooks,
    calls,
    closed,
    slow: { promise, finish },
    desired: 2,
    async restart(slot: string) {
      calls.push(`restart ${slot}`);
      if (slot === "web#9") throw new PoolError("E_UNKNOWN_SLOT", 'no slot "web#9"');
      if (slot === "web#1") await promise;
    },
    async scale(group: string, count: number, by: string) {
      const from = pool.desired;
      pool.desired = count;
      calls.push(`scale ${group} ${count} ${by}`);
      return { from, to: count };
    },
    stop({ now }: { now?: boolean } = {}) {
      calls.push(`stop ${now}`);
      setTimeout(() => {
        notify("pool:stopped", { pool: name, exitCode: 0, reason: "asked" });
        end({ exitCode: 0, reason: "asked" });
      }, 30);
      return closed;
    },
    status: () =>
      ({
        pool: { name, state: "running", pid: process.pid, uptimeMs: 5, generation: 1 },
        groups: [{ name: "web", desired: pool.desired, slots: [] }],
      }) as unknown as PoolStatus,
    report: (_plugin: string, stage: string) => void calls.push(`report ${stage}`),
  };
  return pool as unknown as FakePool;
}

/** Sets a plugin up on a fake pool, and disposes of it when the test ends. */
export async function setUp(
  plugin: Plugin,
  pool: FakePool,
  { defer }: Pick<TestContext, "defer">,
): Promise<() => Promise<void>> {
  const dispose = (await plugin.setup(pool)) as () => Promise<void>;
  defer(dispose);
  return dispose;
}

/** A client that can send anything. */
export interface RawClient {
  send(bytes: string | Uint8Array): void;
  /** Resolves with the frames that came, once there are `count` of them or the connection has ended. */
  frames(count: number): Promise<Frame[]>;
  readonly ended: Promise<void>;
  halfClose(): void;
  destroy(): void;
}

/** Connects and shows the token of the run, or `token`; with `null`, nothing. */
export async function connectRaw(
  directory: string,
  { defer }: Pick<TestContext, "defer">,
  token?: string | null,
): Promise<RawClient> {
  const socket = createConnection(join(directory, "control.sock"));
  defer(() => void socket.destroy());
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  const decoder = createFrameDecoder();
  const received: Frame[] = [];
  const state = { over: false };
  let wake = (): void => {};
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    decoder.push(chunk, (frame) => void received.push(frame));
    wake();
  });
  if (token !== null) {
    const shown = token ?? (await readFile(join(directory, "control.token"), "utf8"));
    socket.write(`${JSON.stringify({ type: "hello", token: shown })}\n`);
  }
  const ended = new Promise<void>((resolve) => {
    const finish = (): void => {
      state.over = true;
      wake();
      resolve();
    };
    socket.once("close", finish).once("end", finish);
  });
  return {
    send: (bytes) => void socket.write(bytes),
    async frames(count) {
      while (received.length < count && !state.over) await new Promise<void>((resolve) => (wake = resolve));
      return received.splice(0);
    },
    ended,
    halfClose: () => void socket.end(),
    destroy: () => void socket.destroy(),
  };
}
