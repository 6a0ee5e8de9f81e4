import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Sample } from "./_watch.ts";

/** How far the two ends of a connection may differ about when it was opened. Milliseconds. */
const OPENED_MS = 2_000;

/** A connection that its worker has not noticed yet fails this long after the worker's end, at most. Milliseconds. */
const NEAR_MS = 1_000;

/** How much a figure of the supervisor may grow between the second and the last quarter of the run. */
const GROWTH = { rssMiB: 16, descriptors: 8, files: 4 } as const;

interface Exit {
  readonly at: number;
  readonly slot: string;
  readonly pid: number;
  readonly class: string;
  readonly sent: readonly string[];
}

interface Failure {
  readonly at: number;
  readonly id: string;
  readonly localPort: number;
  readonly openedAt: number;
  readonly reason: string;
}

/** What the soak found. */
export interface Account {
  readonly requests: object;
  readonly jobs: object;
  /** Exits of workers, by class. */
  readonly exits: Readonly<Record<string, number>>;
  /** Failed requests, by who had them. */
  readonly failures: { inHand: number; accepted: number; unexplained: readonly Failure[] };
  readonly jobsBegunAgain: number;
  readonly supervisor: Readonly<Record<keyof typeof GROWTH, readonly number[]>>;
  readonly exit: { code: number | null; signal: string | null };
  readonly problems: readonly string[];
}

/** Reads what the processes wrote down and says what was lost, and to whom. */
export function account(run: {
  folder: string;
  samples: readonly Sample[];
  requests: object;
  jobs: object;
  exit: { code: number | null; signal: string | null };
}): Account {
  const text = (name: string): string[] =>
    readFileSync(join(run.folder, name), "utf8").split("\n").filter(Boolean);
  const json = <T>(name: string): T[] => text(name).map((line) => JSON.parse(line) as T);
  const exits = json<Exit>("exits");
  const failures = json<Failure>("failures");
  const requests = run.requests as { requests: number; hung: number };
  const jobs = run.jobs as { unsettled: number; twice: number; failed: number };

  const requestsOf = new Map<string, string>();
  const connectionsOf = new Map<string, { pid: string; at: number }[]>();
  for (const line of text("web")) {
    const [kind, pid, name, at] = line.split(" ") as [string, string, string, string];
    if (kind === "request") requestsOf.set(name, pid);
    else connectionsOf.set(name, [...(connectionsOf.get(name) ?? []), { pid, at: Number(at) }]);
  }
  const cut = new Map(exits.filter(wasCut).map((exit) => [String(exit.pid), exit]));
  const inHand = failures.filter(({ id }) => cut.has(requestsOf.get(id) ?? ""));
  const rest = failures.filter((failure) => !inHand.includes(failure));
  // Its worker had the connection, and had not read the request yet.
  const accepted = rest.filter(({ localPort, openedAt, at }) => {
    const known = connectionsOf.get(String(localPort)) ?? [];
    const own = known.find((each) => Math.abs(each.at - openedAt) < OPENED_MS);
    if (own) return cut.has(own.pid);
    return [...cut.values()].some((exit) => exit.slot.startsWith("web") && Math.abs(exit.at - at) < NEAR_MS);
  });
  const unexplained = rest.filter((failure) => !accepted.includes(failure));

  const begun = new Map<string, number>();
  for (const line of text("jobs")) {
    const [kind, id] = line.split(" ") as [string, string];
    if (kind === "begun") begun.set(id, (begun.get(id) ?? 0) + 1);
  }
  const supervisor = {
    rssMiB: quarters(run.samples.map(({ rssMiB }) => rssMiB)),
    descriptors: quarters(run.samples.map(({ descriptors }) => descriptors)),
    files: quarters(run.samples.map(({ files }) => files)),
  };
  const problems = [
    unexplained.length > 0 && `${unexplained.length} requests failed that no killed worker had in hand`,
    requests.hung > 0 && `${requests.hung} requests hung`,
    jobs.unsettled > 0 && `${jobs.unsettled} jobs did not settle`,
    jobs.twice > 0 && `${jobs.twice} jobs settled twice`,
    jobs.failed > 0 && `${jobs.failed} jobs with retries failed`,
    run.exit.code !== 0 && `the supervisor ended with ${run.exit.code ?? run.exit.signal}`,
    ...Object.entries(GROWTH).map(([name, most]) => {
      const [, second = 0, , last = 0] = supervisor[name as keyof typeof GROWTH];
      return last - second > most && `${name} grew from ${second} to ${last}`;
    }),
  ].filter((problem): problem is string => typeof problem === "string");
  return {
    requests,
    jobs,
    exits: count(exits.map((exit) => exit.class)),
    failures: { inHand: inHand.length, accepted: accepted.length, unexplained: unexplained.slice(0, 50) },
    jobsBegunAgain: [...begun.values()].reduce((sum, times) => sum + times - 1, 0),
    supervisor,
    exit: run.exit,
    problems,
  };
}

/** Whether a worker was cut off from what it had in hand. */
function wasCut(exit: Exit): boolean {
  return (
    ["killed", "stall", "uncaught", "oom", "channelLost", "abrupt"].includes(exit.class) ||
    exit.sent.includes("SIGKILL")
  );
}

function count(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** The mean of each quarter of a run. */
function quarters(values: readonly number[]): number[] {
  return [0, 1, 2, 3].map((quarter) => {
    const part = values.slice((values.length * quarter) / 4, (values.length * (quarter + 1)) / 4);
    return Math.round((part.reduce((sum, value) => sum + value, 0) / Math.max(1, part.length)) * 10) / 10;
  });
}
