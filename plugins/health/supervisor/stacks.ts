import { closeSync, constants, fstatSync, openSync, readSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { makeTemporary } from "../../../system/temporary.ts";

/** Bytes of a stack that are read; a worker can write anything. */
const MAX_BYTES = 64 * 1024;

/** What a worker's watchdog wrote: a stack, or `null` when its main thread did not come to any JavaScript. */
export interface Stack {
  readonly stack: string | null;
}

/** The files that watchdogs of workers write to, in a folder that only this user can enter. */
export interface Stacks {
  /** Where the watchdog of a worker shall write. */
  pathOf(slot: string, epoch: number): string;
  /** `undefined` when nothing, or nothing that makes sense, is there. Never throws. */
  read(slot: string, epoch: number): Stack | undefined;
  forget(slot: string, epoch: number): void;
  close(): Promise<void>;
}

export async function openStacks(): Promise<Stacks> {
  const directory = await makeTemporary("h");
  const pathOf = (slot: string, epoch: number): string => join(directory, `${slot}-${epoch}`);
  return {
    pathOf,
    read(slot, epoch) {
      try {
        const { stack } = JSON.parse(readText(pathOf(slot, epoch))) as { stack?: unknown };
        return stack === null || typeof stack === "string" ? { stack } : undefined;
      } catch {
        return undefined;
      }
    },
    forget(slot, epoch) {
      for (const end of ["", ".new"]) rmSync(`${pathOf(slot, epoch)}${end}`, { force: true });
    },
    close: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Reads a file that a worker wrote. What it may have put in its place, a named pipe say, must block nobody. */
function readText(path: string): string {
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants as Partial<typeof constants>;
  const file = openSync(path, O_RDONLY! | O_NONBLOCK | O_NOFOLLOW);
  try {
    const info = fstatSync(file);
    if (!info.isFile() || info.size > MAX_BYTES) return "";
    const bytes = Buffer.alloc(info.size);
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)).toString();
  } finally {
    closeSync(file);
  }
}

/** The call that somebody who looks for the reason wants to see first: the innermost that is not the runtime's own. */
export function ownCall(stack: string): string | undefined {
  const calls = stack
    .split("\n")
    .map((line) => line.trim().replace(/^at /, ""))
    .filter(Boolean);
  return calls.find((call) => !/\((?:node:|:)/.test(call)) ?? calls[0];
}
