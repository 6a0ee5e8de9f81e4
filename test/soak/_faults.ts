import process from "node:process";
import type { Random } from "../simulator/random.ts";
import type { SoakPool } from "./_pool.ts";

/** What faults act on. */
export interface Target {
  readonly pool: SoakPool;
  readonly random: Random;
  readonly requests: { send(path: string): void };
  readonly jobs: { send(name: string): void };
}

/** One kind of fault. `run` says what it did, for the notes. */
export interface Fault {
  readonly name: string;
  /** How often it comes, compared with the others. */
  readonly weight: number;
  run(target: Target): Promise<object>;
}

/** Sends a signal to a random ready worker of a group. */
function signal(group: string, name: NodeJS.Signals, weight: number): Fault {
  return {
    name: `${name} to ${group}`,
    weight,
    async run({ pool, random }) {
      const ready = (await pool.slots(group)).filter(({ state, pid }) => state === "ready" && pid);
      if (ready.length === 0) return { skipped: true };
      const { id, pid } = random.pick(ready);
      try {
        process.kill(pid!, name);
      } catch {
        return { id, pid, gone: true };
      }
      return { id, pid };
    },
  };
}

/** Runs a command of the CLI and does not wait for it: faults overlap. */
function command(name: string, weight: number, words: (random: Random) => string[]): Fault {
  return {
    name,
    weight,
    async run({ pool, random }) {
      const args = words(random);
      void pool.command(...args);
      return { args };
    },
  };
}

const FAULTS: readonly Fault[] = [
  signal("web", "SIGKILL", 6),
  signal("work", "SIGKILL", 6),
  signal("lazy", "SIGKILL", 1),
  signal("web", "SIGTERM", 3),
  signal("work", "SIGTERM", 3),
  signal("web", "SIGSTOP", 1),
  signal("work", "SIGSTOP", 1),
  signal("noise", "SIGUSR2", 3),
  command("reload all", 1, () => ["reload"]),
  command("reload web", 3, () => ["reload", "web"]),
  command("reload work", 2, () => ["reload", "work"]),
  command("scale web", 4, (random) => ["scale", "web", String(2 + random.int(0, 5 - 1))]),
  command("scale work", 4, (random) => ["scale", "work", String(1 + random.int(0, 6 - 1))]),
  command("restart web", 2, (random) => ["restart", `web#${random.int(0, 2 - 1)}`]),
  {
    name: "a request crashes its worker",
    weight: 1,
    async run({ requests }) {
      requests.send("/crash");
      return {};
    },
  },
  {
    name: "a job ends its worker",
    weight: 1,
    async run({ jobs }) {
      jobs.send("crash");
      return {};
    },
  },
];

const TOTAL = FAULTS.reduce((sum, { weight }) => sum + weight, 0);

/** Picks the next fault by its weight. */
export function nextFault(random: Random): Fault {
  let left = random.int(0, TOTAL - 1);
  return FAULTS.find(({ weight }) => (left -= weight) < 0)!;
}
