import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { cpuLimit, memoryLimit } from "./cgroup.ts";

/** What the system allows, as it is now. */
export interface Limit {
  readonly name: string;
  readonly title: string;
  /** `null` where it cannot be known. */
  readonly value: LimitValue;
  /** The value for people. */
  readonly text: string;
  /** What follows from it, where something does. */
  readonly note: string | null;
}

type LimitValue = number | Readonly<Record<string, number | null>> | null;

interface LimitRow {
  readonly name: string;
  readonly title: string;
  read(): LimitValue;
  text(value: never): string;
  note?(value: never): string | undefined;
}

/** Files of a process: connections are among them. */
interface OpenFiles {
  readonly soft: number | null;
  readonly hard: number | null;
}

interface OfMachine {
  readonly limit: number | null;
  readonly machine: number;
}

const GIB = 1024 ** 3;

/** Connections that wait in the queue of a listener that does not say otherwise. */
const BACKLOG = 511;

const limitRows: readonly LimitRow[] = [
  {
    name: "openFiles",
    title: "open files of a process",
    read: openFiles,
    text: ({ soft, hard }: OpenFiles) => `${soft ?? "any number"}, at most ${hard ?? "any number"}`,
    note: ({ soft }: OpenFiles) =>
      soft !== null && soft < 4_096
        ? "a worker holds no more connections than that: raise it with ulimit -n, or LimitNOFILE of systemd"
        : undefined,
  },
  {
    name: "listenQueue",
    title: "connections that may wait for a socket (net.core.somaxconn)",
    read: () => number("/proc/sys/net/core/somaxconn"),
    text: String,
    note: (value: number) =>
      value < BACKLOG ? `a listener's backlog of ${BACKLOG} is cut to it` : undefined,
  },
  {
    name: "migrateRequests",
    title: "connections that wait move to a sibling (net.ipv4.tcp_migrate_req)",
    read: () => number("/proc/sys/net/ipv4/tcp_migrate_req"),
    text: (value: number) => (value === 1 ? "yes" : "no"),
    note: (value: number) =>
      value === 1
        ? undefined
        : "a worker with a socket of its own (reuse-port) loses what waits when it ends; set to 1, it would not",
  },
  {
    name: "memory",
    title: "memory of the control group",
    read: () => ({ limit: memoryLimit() ?? null, machine: totalmem() }),
    text: ({ limit, machine }: OfMachine) =>
      limit === null
        ? `no limit; the machine has ${gibibytes(machine)}`
        : `${gibibytes(limit)} of the machine's ${gibibytes(machine)}`,
  },
  {
    name: "cpu",
    title: "processors of the control group",
    read: () => ({ limit: cpuLimit() ?? null, machine: availableParallelism() }),
    text: ({ limit, machine }: OfMachine) =>
      limit === null ? `no limit; ${machine} are there` : `${Number(limit.toFixed(2))} of ${machine}`,
    note: ({ limit, machine }: OfMachine) =>
      limit !== null && limit < machine
        ? `more than ${Math.max(1, Math.floor(limit))} busy workers only wait for each other`
        : undefined,
  },
];

/** Reads every limit. Never throws. */
export function readLimits(): Limit[] {
  return limitRows.map(({ name, title, read, text, note }) => {
    const value = read();
    if (value === null) return { name, title, value, text: "unknown on this system", note: null };
    return { name, title, value, text: text(value as never), note: note?.(value as never) ?? null };
  });
}

function openFiles(): LimitValue {
  const [, soft, hard] = /^Max open files\s+(\w+)\s+(\w+)/m.exec(read("/proc/self/limits") ?? "") ?? [];
  if (soft === undefined || hard === undefined) return null;
  const count = (text: string): number | null => (text === "unlimited" ? null : Number(text));
  return { soft: count(soft), hard: count(hard) };
}

function number(path: string): number | null {
  const text = read(path)?.trim();
  return text === undefined || !/^\d+$/.test(text) ? null : Number(text);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function gibibytes(bytes: number): string {
  return `${Number((bytes / GIB).toFixed(1))} GiB`;
}
