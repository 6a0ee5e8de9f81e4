import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { readSource, sourcesIn } from "./_imports.ts";
import type { Import } from "./_imports.ts";

/** The rooms of the sources, and what each holds, in one line. */
export const rooms: Readonly<Record<string, string>> = {
  "core/protocol":
    "the frames between supervisor and worker: how they are written, in which order they may come",
  "core/contract":
    "the types that plugins and runtimes see: pool, hooks, decisions, exits, tables of states, error codes",
  "core/config": "validation and defaults of the config",
  "core/reducer": "every rule about slots, as a pure function of state, event and time",
  "core/shell":
    "feeds the reducer one event at a time and carries out its effects; asks the decisions; calls the hooks",
  runtimes: "one adapter for each of Node, Bun and Deno: starts processes, opens sockets, carries frames",
  worker: "the code in the worker's process: runs the entry, listens, drains, says goodbye",
  plugins: "the policies: exits, restarts, sockets, reloads, scaling, jobs, health, logs, control",
  system: "files, sockets, processes and the clock, for plugins, runtimes and worker",
  cli: "the command `poolable`: options, signals, output",
  "index.ts":
    'what `import … from "poolable"` has: `createPool` joins the shell, the plugins and the runtimes',
  "worker-main.ts":
    "what a worker's process starts with: joins the worker and the halves of the built-in plugins",
};

/** The room that a file belongs to. The entries of the package are one. */
export function roomOf(path: string): string {
  if (/^(core\/)?index\.ts$/.test(path)) return "index.ts";
  return Object.keys(rooms).find((room) => path.startsWith(`${room}/`)) ?? path;
}

/** Every import from one room to another. */
export function importsBetweenRooms(): Import[] {
  return [...Object.keys(rooms), "core/index.ts"]
    .flatMap((room) => sourcesIn(room))
    .flatMap((path) => readSource(path).imports)
    .filter(({ from, to }) => roomOf(from) !== roomOf(to));
}

interface Pattern {
  readonly regex?: string;
  readonly group?: readonly string[];
  readonly allowTypeImports?: boolean;
}

interface Override {
  readonly files: readonly string[];
  readonly rules: {
    readonly "no-restricted-imports"?: readonly [string, { readonly patterns: readonly Pattern[] }];
  };
}

const { overrides } = JSON.parse(readFileSync(new URL("../.oxlintrc.json", import.meta.url), "utf8")) as {
  overrides: readonly Override[];
};

/** Whether the linter lets a file import another one of the sources; types alone where `isType`. */
export function mayImport(from: string, specifier: string, isType = false): boolean {
  const patterns = ruleOf(from)?.rules["no-restricted-imports"]?.[1].patterns ?? [];
  // A `group` is about packages: it excludes what begins with a dot.
  return !patterns.some(
    ({ regex, allowTypeImports }) =>
      regex !== undefined && !(isType && allowTypeImports) && new RegExp(regex).test(specifier),
  );
}

/** As in the linter, the last override wins. */
function ruleOf(from: string): Override | undefined {
  return overrides.findLast(
    ({ files, rules }) => rules["no-restricted-imports"] && files.some((glob) => toRegExp(glob).test(from)),
  );
}

function toRegExp(glob: string): RegExp {
  const source = glob
    .replace(/[.+^$()|[\]\\]/g, "\\$&")
    .replace(/\{([^}]*)\}/g, (_, names: string) => `(?:${names.replaceAll(",", "|")})`)
    .replace(/\*\*|\*/g, (stars) => (stars === "**" ? ".*" : "[^/]*"));
  return new RegExp(`^${source}$`);
}

/** The rooms that any file of a room may import; the types of them where `isType`. */
export function allowedRooms(room: string, isType = false): string[] {
  const from = room.endsWith(".ts") ? room : `${room}/folder/file.ts`;
  return Object.keys(rooms).filter((other) => {
    const to = other.endsWith(".ts") ? other : `${other}/file.ts`;
    const specifier = posix.relative(posix.dirname(from), to);
    return (
      other !== room && mayImport(from, specifier.startsWith(".") ? specifier : `./${specifier}`, isType)
    );
  });
}

/** Room, what it holds, and the rooms that it may import. Folders with a rule of their own are named. */
export function roomRows(): string[][] {
  const imports = importsBetweenRooms();
  return Object.entries(rooms).map(([room, holds]) => {
    const allowed = allowedRooms(room);
    const types = allowedRooms(room, true).filter((name) => !allowed.includes(name));
    const isAll = allowed.length === Object.keys(rooms).length - 1;
    const exceptions = imports
      .filter(({ from, to }) => roomOf(from) === room && ![...allowed, ...types].includes(roomOf(to)))
      .map(({ from, to }) => `in ${ruleOf(from)!.files.map(code).join(" and ")}: ${code(roomOf(to))}`);
    const parts = [
      isAll ? "all" : allowed.map(code).join(", "),
      types.length > 0 ? `types of ${types.map(code).join(", ")}` : "",
      ...new Set(exceptions),
    ];
    return [code(room), holds, parts.filter(Boolean).join("; ")];
  });
}

function code(text: string): string {
  return `\`${text}\``;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

/**
 * The imports between rooms as a picture. A dotted arrow is for imports of types alone. An arrow that a longer way
 * through the picture implies is left out. The thick arrow is no import: a runtime starts the worker as a process.
 */
export function roomPicture(): string {
  const order = Object.keys(rooms);
  const placeOf = ({ from, to }: Edge): number => order.indexOf(from) * order.length + order.indexOf(to);
  const edges = withoutImplied(edgesBetweenRooms().toSorted((a, b) => placeOf(a) - placeOf(b)));
  const [inside, outside] = [true, false].map((isCore) =>
    order.filter((room) => room.startsWith("core/") === isCore).map((room) => `${idOf(room)}["${room}"]`),
  );
  return [
    "```mermaid",
    "flowchart TD",
    "  subgraph core",
    ...inside!.map((line) => `    ${line}`),
    "  end",
    ...outside!.map((line) => `  ${line}`),
    ...edges.map(({ from, to, isType }) => `  ${idOf(from)} ${isType ? "-.->" : "-->"} ${idOf(to)}`),
    `  ${idOf("runtimes")} ==> ${idOf("worker-main.ts")}`,
    "```",
  ].join("\n");
}

function idOf(room: string): string {
  return room.replace(/\W/g, "_");
}

function edgesBetweenRooms(): Edge[] {
  const edges = new Map<string, Edge>();
  for (const { from: file, to: other, isType } of importsBetweenRooms()) {
    const [from, to] = [roomOf(file), roomOf(other)];
    const before = edges.get(`${from} ${to}`);
    edges.set(`${from} ${to}`, { from, to, isType: isType && (before?.isType ?? true) });
  }
  return [...edges.values()];
}

/** Types first: an import of values is implied by imports of values only. */
function withoutImplied(edges: readonly Edge[]): Edge[] {
  let left = [...edges];
  for (const isType of [true, false]) {
    for (const edge of edges.filter((each) => each.isType === isType)) {
      const others = left.filter((other) => other !== edge && (isType || !other.isType));
      if (reaches(others, edge.from, edge.to)) left = left.filter((other) => other !== edge);
    }
  }
  return left;
}

function reaches(edges: readonly Edge[], start: string, end: string): boolean {
  const seen = new Set<string>();
  const next = [start];
  for (let room = next.pop(); room !== undefined; room = next.pop()) {
    for (const { from, to } of edges) {
      if (from !== room || seen.has(to)) continue;
      if (to === end) return true;
      seen.add(to);
      next.push(to);
    }
  }
  return false;
}

/** The folders of the larger rooms, and what each holds, in one line. */
export const folders: Readonly<Record<string, string>> = {
  "core/reducer/reload": "soft and hard reloads, and the rollback",
  "core/reducer/state": "the state, its events and effects, and one step in the making",
  "runtimes/channel": "the socket of the workers: tokens, frames, credit",
  "runtimes/discovery": "which executables there are, and of which version",
  "runtimes/figures": "what the system says of a process: CPU time, memory, kills for want of memory",
  "runtimes/probes": "what each runtime can do, tried out for `poolable doctor`",
  "runtimes/sockets": "opens the sockets that workers inherit",
  "runtimes/spawn": "starts processes: environment, permissions, user, output, the end of their children",
  "worker/contract": "the types that entries and halves of plugins see: `Worker`, `WorkerPlugin`",
  "worker/drain": "ends a server without losing a request: HTTP/1, HTTP/2, WebSockets, plain TCP",
  "worker/entry":
    "loads the entry: a worker's module, a `fetch` handler, or a program that listens by itself",
  "worker/listen": "gives the inherited socket to a server of `node:net` and `node:http`",
  "worker/native": "the same for `Bun.serve` and `Deno.serve`",
  "worker/session":
    "the connection to the supervisor: hello, heartbeats, halves of plugins, drain, stop, goodbye",
  "plugins/control": "the control socket, the lock and the folder of a pool",
  "plugins/health": "what a stuck worker does, found out before it is killed",
  "plugins/intensity": "escalates when too many exits count",
  "plugins/jobs":
    "calls from process to process: `client` calls, `worker` runs, `wire` has the frames of both",
  "plugins/logs": "one line for what happens",
  "plugins/recycle": "replaces workers that have reached a limit",
  "plugins/reload": "how soft reloads go, unless a caller says otherwise",
  "plugins/restart": "classes of exits, restart policies",
  "plugins/scaling": "strategies, pace and budget of groups that grow and shrink",
  "plugins/scoreboard": "one record for each worker in shared memory",
  "plugins/sockets": "how the workers of a group share a socket",
  "cli/commands": "one file for each command",
  "cli/doctor": "what `poolable doctor` finds out and prints",
  "cli/output": "lines, tables and colours",
  "cli/start": "finds and loads the config, or makes one of an entry and options",
  "system/libc": "calls of the C library under Bun and Deno",
};
