import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { firstAnswer } from "./_probe.ts";
import { here } from "./_style.ts";
import type { Running, Style } from "./_style.ts";

/** A Node that supervises and serves. */
export interface NodeVersion {
  readonly version: string;
  readonly path: string;
}

/** One of those that are compared, up and answering. */
export interface Contestant {
  readonly name: string;
  readonly port: number;
  readonly running: Running;
}

/** The Node of the bench and that of the development dependencies, as far as `wanted` (`20,24`) names them. */
export function nodeVersions(wanted: string): NodeVersion[] {
  const majors = wanted.split(",");
  return [process.execPath, here("../node_modules/node24/bin/node")]
    .filter((path) => existsSync(path))
    .map((path) => ({ path, version: spawnSync(path, ["-p", "process.version"]).stdout.toString().trim() }))
    .filter(({ version }) => majors.includes(version.slice(1).split(".")[0] ?? ""));
}

/** Starts every style with two workers of `workers/app.mjs`, on ports from `port` on. */
export async function startAll(
  styles: readonly Style[],
  { node, port, folder }: { node: string; port: number; folder: string },
  defer: (cleanup: () => Promise<void>) => void,
): Promise<Contestant[]> {
  const contestants: Contestant[] = [];
  for (const [index, style] of styles.entries()) {
    const why = style.missing();
    if (why) {
      console.error(`${style.name}: left out, ${why}`);
      continue;
    }
    const place = { port: port + index, workers: 2 };
    const own = join(folder, String(index));
    mkdirSync(own);
    const running = await style.start({ places: [place], folder: own, program: "app.mjs", node });
    defer(() => running.stop());
    await firstAnswer(place.port);
    contestants.push({ name: style.name, port: place.port, running });
  }
  // The second worker of each comes up, and the first has done what it does after its start.
  await sleep(3_000);
  return contestants;
}

/** The contestants in an order that turns with the round. */
export function turned<T>(all: readonly T[], round: number): T[] {
  return all.map((_, index) => all[(index + round) % all.length] as T);
}
