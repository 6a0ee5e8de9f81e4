import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { here, sameEnv } from "./_style.ts";

/** How a server is asked. */
export interface FloodOptions {
  readonly port: number;
  readonly clients: number;
  readonly kind: "keep-alive" | "fresh";
  readonly seconds: number;
  /** What is not counted before; 1,000 when it is left out. */
  readonly warmMs?: number;
}

/** What came. */
export interface Flood {
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly failed: number;
  /** Those that were not counted too. */
  readonly allRequests: number;
  /** The share of the requests that the busiest worker answered. */
  readonly busiest: number;
  /** How much of a core the generator used. */
  readonly ownCpu: number;
}

/** Lets clients of another process ask a server as fast as one core can, after a time of warming up. */
export async function flood({ seconds, warmMs = 1_000, ...options }: FloodOptions): Promise<Flood> {
  const words = JSON.stringify({ ...options, warmMs, ms: seconds * 1_000 });
  const child = spawn(process.execPath, [here("_flood.mjs"), words], {
    stdio: ["ignore", "pipe", "inherit"],
    env: sameEnv({}),
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => (said += part));
  await once(child, "close");
  return JSON.parse(said) as Flood;
}
