import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { GroupConfig, JobClient, JobError, Pool, PoolConfig, PoolConnection } from "../../index.ts";
import { connectPool } from "../../index.ts";
import type { TestContext } from "../_suite.ts";
import { nextFact, startPool } from "../harness/pool.ts";

/** The path of a fixture of these tests. */
export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/jobs/${name}`, import.meta.url));

/** A job group that can do everything of the fixture. */
export const work = (changes: Partial<GroupConfig> = {}): GroupConfig => ({
  type: "job",
  entry: fixture("work.mjs"),
  drain: "5s",
  stop: "2s",
  ...changes,
});

/** A pool that runs, and the supervisor's connection to its job groups. */
export interface Running {
  readonly pool: Pool;
  readonly connection: PoolConnection;
  /** The jobs of group `w`. */
  readonly jobs: JobClient;
  /** Where it listens, if it does. */
  readonly at: string;
}

/** Starts a pool; it is stopped after the test. Restarts of what ends come at once. */
export async function running(
  t: TestContext,
  groups: Record<string, GroupConfig> = { w: work() },
  config: Partial<PoolConfig> = {},
): Promise<Running> {
  const { pool, at } = await startPool(t, { name: "jobs", groups, ...config });
  const connection = await connectPool(pool);
  t.defer(() => connection.close());
  return { pool, connection, jobs: connection.jobs("w"), at: Object.values(at)[0] ?? "" };
}

/** The error that a promise rejects with; a failure when it does not. */
export async function errorOf(promise: Promise<unknown>): Promise<JobError> {
  const result = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("value" in result) throw new Error(`resolved with ${JSON.stringify(result.value)}`);
  return result.error as JobError;
}

/** The pid of a slot's worker. */
export function pidOf(pool: Pool, slot: string): number {
  const found = pool.status().groups.flatMap(({ slots }) => slots);
  return found.find(({ id }) => id === slot)!.pid!;
}

/** How often each job of a `note` file has begun, and ended. */
export function notes(file: string): { begun: Map<string, number>; ended: Map<string, number> } {
  const begun = new Map<string, number>();
  const ended = new Map<string, number>();
  for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
    const [word, id] = line.split(" ");
    const counts = word === "begin" ? begun : ended;
    counts.set(id!, (counts.get(id!) ?? 0) + 1);
  }
  return { begun, ended };
}

/** Resolves with the first fact of a worker that became ready. */
export function nextReady(pool: Pool, slot?: string): Promise<void> {
  return nextFact(pool, "worker:ready", (fact) => slot === undefined || fact.slot === slot).then(() => {});
}

/** Resolves when so many workers have answered: until then all goes to the first that was connected. */
export async function connected(jobs: JobClient, workers: number): Promise<void> {
  const pids = new Set<number>();
  while (pids.size < workers) {
    const answers = await jobs.map("who", Array.from({ length: 2 * workers }));
    for (const { pid } of answers as { pid: number }[]) pids.add(pid);
  }
}
