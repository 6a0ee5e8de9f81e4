import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { poolDirectory } from "../../plugins/control/directory.ts";

const EVERY_MS = 5_000;

/** What the supervisor has at one moment. */
export interface Sample {
  /** Milliseconds since the first one. */
  readonly at: number;
  readonly rssMiB: number;
  readonly descriptors: number;
  /** In the pool's private folder. */
  readonly files: number;
}

/** Looks at the supervisor every few seconds, and keeps notes of the faults. */
export function watch(pid: number, folder: string): { note(line: object): void; end(): Sample[] } {
  const samples: Sample[] = [];
  const began = Date.now();
  const timer = setInterval(() => {
    try {
      samples.push({ at: Date.now() - began, ...look(pid) });
    } catch {
      // The supervisor has ended; the account says so.
    }
  }, EVERY_MS);
  return {
    note: (line) =>
      appendFileSync(join(folder, "faults"), `${JSON.stringify({ at: Date.now(), ...line })}\n`),
    end() {
      clearInterval(timer);
      return samples;
    },
  };
}

function look(pid: number): Omit<Sample, "at"> {
  const [, kiB] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return {
    rssMiB: Number(kiB) / 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    files: countFiles(poolDirectory("soak")),
  };
}

function countFiles(directory: string): number {
  return readdirSync(directory, { recursive: true }).length;
}
