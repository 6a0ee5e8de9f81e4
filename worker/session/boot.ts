import { resolve } from "node:path";

/** What the supervisor told this process before it was connected. */
export interface Boot {
  readonly channel: string;
  readonly token: string;
  readonly epoch: number;
  readonly supervisor: number;
  /** The system ends this process with the supervisor. */
  readonly guarded: boolean;
  /** Absolute. */
  readonly entry: string;
}

const { bun, deno } = process.versions;

/** Whether the entry is the main module by itself, and this file was loaded before it. */
const isPreloaded = deno !== undefined;

/**
 * Takes the channel's variables out of `process.env`, so that neither the entry nor its children see the token,
 * and this file out of `process.argv`, so that the entry finds itself where a program expects to. Returns
 * `undefined` when this process was not started by a supervisor.
 */
export function takeBoot(): Boot | undefined {
  const take = (name: string): string => {
    const value = process.env[name] ?? "";
    delete process.env[name];
    return value;
  };
  const channel = take("POOLABLE_CHANNEL");
  const token = take("POOLABLE_TOKEN");
  const epoch = Number(take("POOLABLE_EPOCH"));
  const supervisor = Number(take("POOLABLE_SUPERVISOR"));
  const guarded = take("POOLABLE_GUARDED") === "1";
  take("POOLABLE_SLOT");
  const entry = process.argv[isPreloaded ? 1 : 2];
  if (channel === "" || token === "" || !Number.isInteger(supervisor) || entry === undefined)
    return undefined;
  process.argv.splice(1, isPreloaded ? 1 : 2, resolve(entry));
  return { channel, token, epoch, supervisor, guarded, entry: process.argv[1]! };
}

/** This process's runtime as `hello` names it: `node 24.21.0`. */
export function runtimeName(): string {
  if (bun !== undefined) return `bun ${bun}`;
  return deno === undefined ? `node ${process.versions.node}` : `deno ${deno}`;
}
