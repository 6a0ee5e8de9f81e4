import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TestContext } from "../_suite.ts";

const generator = fileURLToPath(new URL("./_generator.mjs", import.meta.url));

/** Whether everything is run, which takes a quarter of an hour: `POOLABLE_FULL=1`. */
export const IS_FULL: boolean = process.env["POOLABLE_FULL"] === "1";

/** Soft reloads in one test. */
export const ROUNDS: number = IS_FULL ? 20 : 5;

/** The connections of the clients: kept, one for each request, or half of the clients each. */
export type Kind = "keep-alive" | "fresh" | "mixed";

/** What the clients saw. Times are milliseconds. */
export interface Load {
  readonly requests: number;
  /** Written without a full answer. */
  readonly failed: number;
  /** Those that waited for 10 s. */
  readonly hung: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** How many answers each worker gave. */
  readonly pids: Readonly<Record<string, number>>;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly maxConnectMs: number;
  readonly connections: number;
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
  const { requests, failed, hung, reasons, p99Ms, maxMs, maxConnectMs, connections } = load;
  const line = JSON.stringify({
    name,
    kind,
    requests,
    failed,
    hung,
    reasons,
    p99Ms,
    maxMs,
    maxConnectMs,
    connections,
  });
  if (process.env["POOLABLE_LOAD_LOG"]) appendFileSync(process.env["POOLABLE_LOAD_LOG"], `${line}\n`);
  return load;
}
