import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ProcessEnd, Runtime, SpawnRequest, WorkerProcess } from "../../core/contract/runtime.ts";
import type { Violation } from "../../core/protocol/frame-order.ts";
import type { Frame } from "../../core/protocol/frames.ts";
import type { RuntimeName } from "../../runtimes/discovery/traits.ts";
import { allRuntimes } from "../../runtimes/index.ts";
import type { TestContext } from "../_suite.ts";

const fixtures = fileURLToPath(new URL("../fixtures/runtimes/", import.meta.url));

/** Lets a worker under Node 20 run fixtures that are TypeScript. */
const execArgv = ["--import", fileURLToPath(new URL("../harness/register.mjs", import.meta.url))];

/** The path of a fixture of these tests. */
export const fixture = (name: string): string => join(fixtures, name);

/** A fresh folder with a short path, removed after the test. */
export function folder({ defer }: Pick<TestContext, "defer">): string {
  const path = mkdtempSync(join(tmpdir(), "r-"));
  defer(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** An open runtime, closed after the test. */
export async function runtime(t: Pick<TestContext, "defer">, name: RuntimeName = "node"): Promise<Runtime> {
  const made = allRuntimes().find((each) => each.name === name)!;
  await made.open();
  t.defer(() => made.close());
  return made;
}

/** Everything that one worker told, and a way to wait for more. */
export interface Observed extends WorkerProcess {
  readonly pid: () => number | undefined;
  readonly frames: Frame[];
  readonly violations: Violation[];
  readonly lines: { stdout: string[]; stderr: string[] };
  readonly ends: ProcessEnd[];
  readonly disconnects: () => number;
  /** Resolves when `found` answers something truthy, looked at whenever the worker tells anything. */
  until<T>(what: string, found: () => T | undefined | false): Promise<T>;
  /** The first frame of a type. */
  frame(type: string): Promise<Frame>;
  end(): Promise<ProcessEnd>;
}

/** Spawns a worker and observes it; it is killed after the test. `ack` answers its goodbye as the kernel would. */
export function observe(
  t: TestContext,
  from: Runtime,
  entry: string,
  request: Partial<SpawnRequest> & { ack?: boolean } = {},
): Observed {
  const frames: Frame[] = [];
  const violations: Violation[] = [];
  const lines: Observed["lines"] = { stdout: [], stderr: [] };
  const ends: ProcessEnd[] = [];
  const looks = new Set<() => void>();
  let pid: number | undefined;
  let disconnects = 0;
  const told = (): void => {
    for (const look of [...looks]) look();
  };
  const { ack = true, ...changes } = request;

  const worker = from.spawn(
    {
      entry,
      args: [],
      execArgv: from.name === "node" ? execArgv : [],
      permissions: "all",
      env: from.environment({}),
      cwd: fixtures,
      listeners: [],
      pool: "test",
      slot: "group#0",
      group: "group",
      type: "service",
      epoch: 1,
      generation: 1,
      plugins: {},
      heartbeatMs: 1000,
      ...changes,
    },
    {
      spawned(given) {
        pid = given;
        told();
      },
      frame(frame) {
        frames.push(frame);
        if (ack && frame.type === "goodbye") worker.send({ type: "ack" });
        told();
      },
      violation(violation) {
        violations.push(violation);
        told();
      },
      disconnected() {
        disconnects++;
        told();
      },
      output(stream, line) {
        lines[stream].push(line);
        told();
      },
      exited(end) {
        ends.push(end);
        told();
      },
    },
  );

  const until: Observed["until"] = (what, found) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const value = found();
        if (!value) return;
        looks.delete(look);
        resolve(value);
      };
      looks.add(look);
      t.signal.addEventListener("abort", () => {
        const known = JSON.stringify({ frames, violations, ends, lines: lines.stderr.slice(-5) });
        reject(new Error(`never came: ${what}; ${known}`));
      });
      look();
    });
  const observed: Observed = {
    ...worker,
    pid: () => pid,
    frames,
    violations,
    lines,
    ends,
    disconnects: () => disconnects,
    until,
    frame: (type) => until(`a ${type} frame`, () => frames.find((frame) => frame.type === type)),
    end: () => until("the end", () => ends[0]),
  };
  t.defer(async () => {
    if (ends.length > 0) return;
    const ended = new Promise<void>((resolve) => looks.add(() => ends.length > 0 && resolve()));
    worker.signal("SIGKILL", "group");
    await ended;
  });
  return observed;
}

/** Resolves when no process has this pid, polled each 20 ms; rejects when the test ends. */
export async function gone(t: TestContext, pid: number): Promise<void> {
  while (alive(pid)) {
    t.signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether a process of this pid runs. A zombie does not: how soon an orphan is reaped is up to the system's init. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
