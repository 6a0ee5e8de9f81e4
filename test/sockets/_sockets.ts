import { spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { GroupConfig, HookPayload, PoolStatus } from "../../index.ts";
import type { RuntimeName } from "../../runtimes/discovery/traits.ts";
import type { TestContext } from "../_suite.ts";
import { supervisorCommand } from "../harness/supervisor.ts";

const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

export const entry: string = path("fixtures/sockets/worker.mjs");

/** A Node that can do SO_REUSEPORT, and runs TypeScript. */
export const node24: string = path("../node_modules/node24/bin/node");

/** A supervisor in a process of its own. Calls are answered in order. */
export interface Supervisor {
  readonly pid: number;
  call<T = unknown>(name: string, ...args: unknown[]): Promise<T>;
  /** Starts a pool of one group `w`; resolves with what it listens on. */
  start(group: Partial<GroupConfig>, minReady?: number): Promise<HookPayload<"listener:opened">[]>;
  status(): Promise<PoolStatus["groups"][number]>;
}

/** Starts one, which under Node is Node 24; it ends with the test. `runtime` is its workers', `wrap` puts a command in front. */
export function supervise(
  t: TestContext,
  options: SpawnOptions & { runtime?: RuntimeName; wrap?: string[] } = {},
): Supervisor {
  const { runtime = "node", wrap = [], env = process.env, ...rest } = options;
  const [file, ...args] = [...wrap, ...supervisorCommand(node24), path("fixtures/sockets/supervisor.ts")];
  const child = spawn(file!, args, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...env, POOLABLE_NODE: node24 },
    ...rest,
  });
  const waiting: ((answer: string | Error) => void)[] = [];
  createInterface({ input: child.stdout! }).on("line", (line) => waiting.shift()?.(line));
  child.once("exit", (code) => {
    for (const settle of waiting.splice(0)) settle(new Error(`the supervisor ended with ${code}`));
  });
  t.defer(async () => {
    const exited = child.exitCode === null ? once(child, "exit") : undefined;
    child.stdin!.end();
    await exited;
  });
  const call: Supervisor["call"] = (name, ...args) =>
    new Promise((resolve, reject) => {
      waiting.push((answer) => {
        if (answer instanceof Error) return reject(answer);
        const { result, error } = JSON.parse(answer);
        if (error) reject(Object.assign(new Error(error.message), { code: error.code }));
        else resolve(result);
      });
      child.stdin!.write(`${JSON.stringify({ call: name, args })}\n`);
    });
  return {
    pid: child.pid!,
    call,
    start: (group, minReady = 1_000) =>
      call("start", { name: "sockets", groups: { w: { entry, runtime, drain: "3s", ...group } } }, minReady),
    status: async () => (await call<PoolStatus>("status")).groups[0]!,
  };
}

/** What became of one fresh connection. */
export interface Answer {
  /** `slot epoch`, or the error code. */
  readonly text: string;
  readonly ok: boolean;
  readonly ms: number;
}

/** Where a listener is: a URL, or a path. */
export const target = (at: string): { port: number; host: string } | { path: string } => {
  if (!at.startsWith("http:")) return { path: at };
  const { port, hostname } = new URL(at);
  return { port: Number(port), host: hostname.replace(/^\[|\]$/g, "") };
};

/** One request on a connection of its own; never rejects, and gives up after 2 s, or what is told. */
export function ask(at: string, url = "/", patience = 2_000): Promise<Answer> {
  return new Promise((resolve) => {
    const begin = performance.now();
    let text = "";
    const end = (answer: string, ok: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text: answer, ok, ms: performance.now() - begin });
    };
    const socket = connect(target(at));
    const timer = setTimeout(end, patience, "hangs", false);
    socket.on("data", (data) => (text += data));
    socket.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? "error", false));
    socket.on("close", () => end(text.split("\r\n\r\n")[1] ?? "nothing", text.startsWith("HTTP/1.1 200")));
    socket.write(`GET ${url} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n`);
  });
}

/** Fresh connections at once: enough for each socket of a group to get some. */
export function askMany(at: string, count = 64, patience?: number): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, () => ask(at, "/", patience)));
}

/** How many answers each slot gave. */
export function perSlot(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { text } of answers) counts[text.split(" ")[0]!] = (counts[text.split(" ")[0]!] ?? 0) + 1;
  return counts;
}

/** Asks all the time, a few at once, until `stop()` gives the answers. */
export function keepAsking(at: string): { stop(): Promise<Answer[]> } {
  const answers: Answer[] = [];
  let stopped = false;
  const lane = async (): Promise<void> => {
    while (!stopped) answers.push(await ask(at));
  };
  const lanes = [lane(), lane(), lane(), lane()];
  return {
    async stop() {
      stopped = true;
      await Promise.all(lanes);
      return answers;
    },
  };
}
