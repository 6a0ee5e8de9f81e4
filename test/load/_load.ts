import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TestContext } from "../_suite.ts";

const generator = fileURLToPath(new URL("./_generator.mjs", import.meta.url));

/** Whether everything is run, which takes half an hour: `POOLABLE_FULL=1`. */
export const IS_FULL: boolean = process.env["POOLABLE_FULL"] === "1";

/** Soft reloads in one test. */
export const ROUNDS: number = IS_FULL ? 20 : 3;

/** What the handlers of the programs take for `/slow`. */
const HANDLER_MS = 20;

/** The connections of the clients: kept, one for each request, or half of the clients each. */
export type Kind = "keep-alive" | "fresh" | "mixed";

/** From when to when, in milliseconds of the epoch. */
export type Span = readonly [begin: number, end: number];

/** What the clients saw. */
export interface Load {
  readonly requests: number;
  /** Requests that were written and not answered in full. */
  readonly failures: readonly Span[];
  /** How many waited for 10 s. */
  readonly hung: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** How many answers each worker gave. */
  readonly pids: Readonly<Record<string, number>>;
  readonly connections: number;
  /** Milliseconds. */
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Requests on a fresh connection that took more than 100 ms. */
  readonly slowFresh: readonly Span[];
  /** When the generator itself had other things to do. */
  readonly own: readonly Span[];
}

/** Lets 32 clients of another process ask `/slow` without a pause while `work` goes on. */
export async function underLoad(
  t: TestContext,
  { port, kind, name }: { port: number; kind: Kind; name: string },
  work: () => Promise<void>,
): Promise<Load> {
  const options = JSON.stringify({ port, clients: 32, kind, path: "/slow" });
  const child = spawn(process.execPath, [generator, options], { stdio: ["pipe", "pipe", "inherit"] });
  t.defer(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  await lines.next();
  await work();
  child.stdin.end();
  const load = JSON.parse((await lines.next()).value as string) as Load;
  const { requests, failures, hung, reasons, connections } = load;
  const [p99, max] = [load.p99Ms, load.maxMs].map(Math.round);
  log({ name, kind, requests, failed: failures.length, hung, reasons, connections, p99, max });
  return load;
}

/** Adds a line to the file that `POOLABLE_LOAD_LOG` names. */
export function log(line: Record<string, unknown>): void {
  const file = process.env["POOLABLE_LOAD_LOG"];
  if (file) appendFileSync(file, `${JSON.stringify(line)}\n`);
}

/**
 * How long a fresh connection waited at most after each of these times, until the next: what neither the handler
 * nor the generator took. 0 for less than 100 ms.
 */
export function waitsAfter(times: readonly number[], { slowFresh, own }: Load): number[] {
  const waits = slowFresh.map(([begin, end]) => {
    const busy = own.map(([from, to]) => Math.max(0, Math.min(end, to) - Math.max(begin, from)));
    return { end, ms: Math.round(end - begin - HANDLER_MS - busy.reduce((sum, ms) => sum + ms, 0)) };
  });
  return times.map((time, index) => {
    const next = times[index + 1] ?? Infinity;
    return Math.max(0, ...waits.filter(({ end }) => end >= time && end < next).map(({ ms }) => ms));
  });
}
