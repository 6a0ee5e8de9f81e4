import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { get, type IncomingMessage, type RequestOptions } from "node:http";
import { basename, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ListenConfig, PoolConfig } from "../../index.ts";
import { findExecutables } from "../../runtimes/discovery/executable.ts";
import { freePort } from "../_free-port.ts";
import type { TestContext } from "../_suite.ts";
import { createCli, type Cli, type Running } from "../cli/_cli.ts";

/** The path of an unchanged program; an absolute path stays as it is. */
export const program = (name: string): string =>
  isAbsolute(name) ? name : fileURLToPath(new URL(`../fixtures/unchanged/${name}`, import.meta.url));

/** The Node of this machine, and the newest one of the development dependencies. */
export const nodes: Readonly<Record<string, string>> = {
  "Node 20": process.execPath,
  "Node 24": fileURLToPath(new URL("../../node_modules/node24/bin/node", import.meta.url)),
};

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What runs a pool and its workers. */
export interface Place {
  /** The Node of the supervisor. */
  readonly node?: string;
  /** The runtime of the workers; the supervisor's own when it is left out. */
  readonly runtime?: "bun" | "deno";
}

/** Where unchanged programs run. */
export const places: Readonly<Record<string, Place>> = {
  "Node 20": { node: nodes["Node 20"]! },
  "Node 24": { node: nodes["Node 24"]! },
  Bun: { node: nodes["Node 24"]!, runtime: "bun" },
  Deno: { node: nodes["Node 24"]!, runtime: "deno" },
};

/** The executables of the development dependencies, for a config in another folder. */
export const executables: Record<string, string> = Object.fromEntries(
  (["bun", "deno"] as const).map((name) => [
    name,
    findExecutables(name, { root, env: process.env })[0]?.file ?? name,
  ]),
);

/** A pool that runs, as a process of its own. */
export interface Started {
  /** The group of a program that was started without a config. */
  readonly group: string;
  readonly port: number;
  readonly cli: Cli;
  readonly supervisor: Running;
  /** Resolves with the body of an answer. */
  ask(path: string, options?: RequestOptions): Promise<string>;
  /** SIGTERM; resolves with the exit code and all that was said. */
  stop(): Promise<{ code: number | null; said: string }>;
}

/** What `start` may be told beside the program. */
export interface StartOptions extends Place {
  readonly workers?: string;
  readonly env?: Record<string, string>;
  /** The arguments of the program. */
  args?(port: number): string[];
  /** What its listener says; then there is a config. */
  readonly prefer?: ListenConfig["prefer"];
  /** A config instead of a command line; `port` is free. */
  config?(port: number, folder: string): PoolConfig;
  /** What the pool says when it is up. */
  readonly until?: string | RegExp;
}

/** Starts an unchanged program with `poolable start`, and waits until the pool runs. */
export async function start(t: TestContext, file: string, options: StartOptions = {}): Promise<Started> {
  const { workers = "2", env, args, node, runtime, prefer, until = / is running\n/ } = options;
  const { config = runtime || prefer ? (given: number) => configOf(file, given, options) : undefined } =
    options;
  const [port, cli] = [await freePort(), await createCli(t, node)];
  let words = [program(file), "--port", String(port), "--workers", workers];
  if (args) words.push("--", ...args(port));
  if (config) {
    const folder = await mkdtemp("/tmp/pu-");
    t.defer(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, "poolable.config.mjs");
    await writeFile(path, `export default ${JSON.stringify(config(port, folder))}`);
    words = [path];
  }
  const supervisor = cli.start(["start", ...words], { env: { PORT: String(port), ...env } });
  await supervisor.says(until);
  return {
    group: nameOf(file),
    port,
    cli,
    supervisor,
    ask: (path, more) => askFor({ host: "127.0.0.1", port, path, agent: false, ...more }),
    async stop() {
      supervisor.child.kill("SIGTERM");
      const { code, stdout, stderr } = await supervisor.finished;
      return { code, said: stdout + stderr };
    },
  };
}

/** A config that is the same as the command line, for the runtime that is asked for. */
function configOf(
  file: string,
  port: number,
  { workers = "2", env, args, runtime, prefer }: StartOptions,
): PoolConfig {
  const [min = 1, max = min] = workers.split("-").map(Number);
  const group = {
    entry: program(file),
    workers: { min, max },
    listen: prefer ? { port, prefer } : port,
    env: { PORT: `${port}`, ...env },
    ...(args ? { args: args(port) } : {}),
    ...(runtime ? { runtime } : {}),
  };
  const name = nameOf(file);
  return { name, executables, groups: { [name]: group } };
}

function nameOf(file: string): string {
  return basename(file).split(".")[0]!;
}

/** Resolves with the pid of a slot's ready worker. */
export async function pidOf({ cli, group }: Started, slot: string): Promise<number> {
  const { stdout } = await cli.run(["status", "--json", group]);
  const { groups } = JSON.parse(stdout) as { groups: { slots: { id: string; pid: number }[] }[] };
  return groups.flatMap(({ slots }) => slots).find(({ id }) => id === slot)!.pid;
}

async function askFor(options: RequestOptions): Promise<string> {
  const [response] = (await once(get(options), "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response) text += chunk;
  return text;
}
