import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** A place to serve: a port and how many workers share it. */
export interface Place {
  readonly port: number;
  readonly workers: number;
}

/** One running supervisor. */
export interface Running {
  readonly supervisor: number;
  /** Ends the supervisor and its workers, and resolves when they are gone. */
  stop(): Promise<void>;
}

/** One way to keep workers alive. */
export interface Style {
  readonly name: string;
  /** Why it cannot run here, with the way out. */
  missing(): string | undefined;
  start(places: readonly Place[], folder: string): Promise<Running>;
}

/** The absolute path of something in `bench/`. */
export function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** What the configs in `workers/` read. */
export function placesEnv(places: readonly Place[]): { readonly BENCH_PORTS: string } {
  return { BENCH_PORTS: places.map(({ port, workers }) => `${port}:${workers}`).join(",") };
}

/**
 * The environment that every style starts from. The same for all, because it changes how fast Node boots: with
 * `NODE_EXTRA_CA_CERTS` in it a bare start takes twice as long, and poolable's allow-list keeps that from its workers.
 */
export function sameEnv(env: object): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG } = process.env;
  return { PATH, HOME, LANG, ...env };
}

/** Starts `node args` in a group of its own; what it prints goes to `folder/name.log`. */
export function startNode(name: string, args: readonly string[], folder: string, env: object): ChildProcess {
  const log = openSync(join(folder, `${name}.log`), "a");
  return spawn(process.execPath, args, {
    detached: true,
    stdio: ["ignore", log, log],
    env: sameEnv(env),
  });
}

/** SIGTERM, and after 10 s SIGKILL to the group. */
export async function stopNode(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const { pid } = child;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => process.kill(-pid, "SIGKILL"), 10_000);
  await exited;
  clearTimeout(timer);
}
