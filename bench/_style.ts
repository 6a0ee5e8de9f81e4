import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** A place to serve: a port and how many workers share it. */
export interface Place {
  readonly port: number;
  readonly workers: number;
}

/** What a supervisor is started for. */
export interface Setup {
  readonly places: readonly Place[];
  /** Where it may leave files; one for each supervisor. */
  readonly folder: string;
  /** A program in `workers/` that listens on `PORT` by itself; without one the service of `recover`. */
  readonly program?: string;
  /** The Node that supervises and serves; without one that of the bench. */
  readonly node?: string | undefined;
}

/** One running supervisor. */
export interface Running {
  readonly supervisor: number;
  /** Replaces every worker as a user would, and resolves when the old ones have ended. */
  reload?(): Promise<void>;
  /** Ends the supervisor and its workers, and resolves when they are gone. */
  stop(): Promise<void>;
}

/** One way to keep workers alive. */
export interface Style {
  readonly name: string;
  /** Why it cannot run here, with the way out. */
  missing(): string | undefined;
  start(setup: Setup): Promise<Running>;
}

/** The absolute path of something in `bench/`. */
export function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** What the configs in `workers/` read. */
export function setupEnv({ places, program }: Setup): object {
  const ports = places.map(({ port, workers }) => `${port}:${workers}`).join(",");
  return { BENCH_PORTS: ports, ...(program === undefined ? {} : { BENCH_PROGRAM: program }) };
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
export function startNode(
  name: string,
  args: readonly string[],
  { folder, node = process.execPath }: Pick<Setup, "folder" | "node">,
  env: object,
): ChildProcess {
  const log = openSync(join(folder, `${name}.log`), "a");
  const child = spawn(node, args, { detached: true, stdio: ["ignore", log, log], env: sameEnv(env) });
  closeSync(log);
  return child;
}

/** Runs `node args` to its end; rejects with what it printed when it fails. */
export async function runNode(args: readonly string[], node: string | undefined, env: object): Promise<void> {
  const child = spawn(node ?? process.execPath, args, { env: sameEnv(env), timeout: 120_000 });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (part: string) => (said += part));
  }
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${args.join(" ")} failed: ${said}`);
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
