/**
 * Writes the parts of the docs that say what the sources say: `npm run docs:tables`. A part stands between
 * `<!-- generated:name -->` and `<!-- /generated -->`; `test/docs.test.ts` fails while one is out of date.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ArgsDef, CommandDef } from "citty";
import * as budget from "../core/budget.ts";
import { formatDuration } from "../core/duration.ts";
import { errorCodes } from "../core/errors.ts";
import { GOODBYE_EXIT_CODES, WORKER_FRAMES } from "../core/protocol.ts";
import { resolveConfig } from "../core/resolve.ts";
import { CONCURRENT_STARTS } from "../core/starting.ts";
import { DEADLINES, POOL_STATES, SLOT_STATES } from "../core/states.ts";
import { VIOLATION_LIMIT, VIOLATION_WINDOW_MS } from "../plugins/restart/escalation.ts";
import { exitClasses } from "../plugins/restart/classes.ts";
import { code, readInterface, table, unionOf } from "./_sources.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Every file that may have generated parts, from the root of the repository. */
export const pages: readonly string[] = [
  "README.md",
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** What every command of the CLI is made of, by name. */
export async function readCommands(): Promise<Record<string, CommandDef>> {
  const files = readdirSync(`${root}cli/commands`).filter((name) => name.endsWith(".ts"));
  const names = files.map((file) => file.slice(0, -".ts".length));
  const modules = await Promise.all(
    names.map((name) => import(`../cli/commands/${name}.ts`) as Promise<Record<string, CommandDef>>),
  );
  return Object.fromEntries(names.map((name, index) => [name, modules[index]![name]!]));
}

/** `text` with its generated parts as they have to be. Throws for a part that nobody generates. */
export async function regenerate(text: string): Promise<string> {
  const wanted = [...text.matchAll(/<!-- generated:([\w-]+) -->[\s\S]*?<!-- \/generated -->/g)];
  for (const [old, name] of wanted) {
    const part = parts[name!];
    if (!part) throw new Error(`docs/_generate.ts makes no part called ${name}`);
    const body = await part();
    text = text.replace(old, () => `<!-- generated:${name} -->\n${body}\n<!-- /generated -->`);
  }
  return text;
}

const parts: Readonly<Record<string, () => string | Promise<string>>> = {
  "slot-states": () =>
    table(
      ["state", "process", "meaning", "leaves by"],
      Object.entries(SLOT_STATES).map(([state, { process, meaning, on }]) => [
        code(state),
        process ? "yes" : "no",
        meaning,
        Object.entries(on)
          .map(([cause, to]) => `${cause} → ${to}`)
          .join(", ") || "only a new start of the pool",
      ]),
    ),
  "slot-diagram": slotDiagram,
  "pool-states": () =>
    table(
      ["state", "meaning", "next"],
      Object.entries(POOL_STATES).map(([state, { meaning, next }]) => [
        code(state),
        meaning,
        next.map(code).join(", ") || "–",
      ]),
    ),
  deadlines: () => {
    const { timeouts } = defaults().groups[0]!;
    const own: Readonly<Record<string, string>> = {
      stop: `half of the group's \`stop\` (${formatDuration(timeouts.stop / 2)}), then SIGTERM`,
      term: `the other half (${formatDuration(timeouts.stop / 2)}), then SIGKILL`,
      backoff: "what was decided",
      settle: "only in a reload",
    };
    const time = (kind: string): string =>
      own[kind] ??
      `the group's \`${kind}\`, ${formatDuration(timeouts[kind as keyof typeof timeouts])} by default`;
    return table(
      ["deadline", "time", "when it passes"],
      Object.entries(DEADLINES).map(([kind, { ms, meaning }]) => [
        code(kind),
        ms === null ? time(kind) : formatDuration(ms),
        meaning,
      ]),
    );
  },
  "exit-classes": () =>
    table(
      ["class", "concluded from", "counts"],
      exitClasses.map(({ class: name, indicators, counts }) => [code(name), indicators, String(counts)]),
    ),
  budgets: () =>
    table(
      ["rule", "number"],
      [
        [
          "restarts at once when the worker lived at least",
          `${formatDuration(budget.AT_ONCE_UPTIME_MS)}, was ready, and its budget is untouched`,
        ],
        [
          "else waits, doubling with each counted exit in a row",
          `from ${formatDuration(budget.backoffMs(0, 0.5))} to ${formatDuration(budget.backoffMs(99, 0.5))}, jittered by ±20 %`,
        ],
        ["the row is forgotten after a worker was ready for", formatDuration(budget.HEALTHY_MS)],
        [
          "a slot fails at more than",
          `${budget.SLOT_BUDGET} counted in ${formatDuration(budget.BUDGET_WINDOW_MS)}, sliding`,
        ],
        [
          "the pool shuts down, exit code 1, at more than",
          `max(${budget.poolBudget(1)}, 3 · wanted slots) counted in ${formatDuration(budget.BUDGET_WINDOW_MS)}, sliding`,
        ],
        ["no slot starts twice within", formatDuration(budget.SPAWN_INTERVAL_MS)],
        ["the same for restarts that do not count", formatDuration(budget.UNCOUNTED_INTERVAL_MS)],
        ["workers that start at the same time, at most", String(CONCURRENT_STARTS)],
        [
          "flow violations that shut the pool down",
          `${VIOLATION_LIMIT} in ${formatDuration(VIOLATION_WINDOW_MS)}`,
        ],
      ],
    ),
  hooks: () =>
    table(
      ["hook", "payload", "remarks"],
      readInterface("core/hooks.ts", "PoolHooks").map(({ name, payload, doc }) => [
        code(name),
        payload.map(code).join(", "),
        doc,
      ]),
    ),
  decisions: () =>
    table(
      ["decision", "kind", "asks for"],
      readInterface("core/decisions.ts", "Decisions").map(({ name, type, doc }) => [
        code(name),
        kindOf(type),
        doc || (questions[name] ?? ""),
      ]),
    ),
  "config-pool": () => configTable("PoolConfig", { ...defaults() }),
  "config-group": () => {
    const { timeouts, min, ...group } = defaults().groups[0]!;
    const given = Object.fromEntries(Object.entries(timeouts).map(([key, ms]) => [key, formatDuration(ms)]));
    return configTable("GroupConfig", { ...group, ...given, workers: min });
  },
  "config-listen": () => configTable("ListenConfig", { backlog: 511, name: "default", host: "127.0.0.1" }),
  "environment-names": () =>
    (
      /DEFAULT_NAMES[^[]*\[\]\s*=\s*\[([\s\S]*?)\];/
        .exec(read("runtimes/_environment.ts"))![1]!
        .match(/"[^"]+"/g) ?? []
    )
      .map((name) => code(name.slice(1, -1)))
      .join(", "),
  errors: () =>
    table(
      ["code", "meaning"],
      Object.entries(errorCodes).map(([name, meaning]) => [code(name), meaning]),
    ),
  commands: async () =>
    table(
      ["command", "does"],
      inOrder(await readCommands()).map(([name, command]) => [code(synopsis(name, command)), about(command)]),
    ),
  options: async () =>
    table(
      ["command", "argument or option", "meaning"],
      inOrder(await readCommands()).flatMap(([name, { args }]) =>
        Object.entries(args as ArgsDef).map(([key, { type, description, valueHint }]) => [
          code(name),
          code(
            type === "positional" ? `<${valueHint ?? key}>` : `--${key}${type === "string" ? " <text>" : ""}`,
          ),
          description ?? "",
        ]),
      ),
    ),
  "worker-frames": () =>
    table(
      ["frame", "may come"],
      Object.entries(WORKER_FRAMES).map(([frame, phases]) => [
        code(frame),
        phases.map((phase) => phaseNames[phase]).join(", "),
      ]),
    ),
  goodbyes: () =>
    table(
      ["kind", "exit code that must follow"],
      Object.entries(GOODBYE_EXIT_CODES).map(([kind, exitCode]) => [code(kind), String(exitCode)]),
    ),
  "supervisor-frames": () => unionOf("core/protocol.ts", "SupervisorFrameType").map(code).join(", "),
  violations: () => unionOf("core/protocol.ts", "ViolationKind").map(code).join(", "),
};

const phaseNames = {
  connected: "first",
  greeted: "before ready",
  serving: "after ready",
  parted: "after goodbye",
} as const;

/** For the decisions that say nothing about themselves in the source. */
const questions: Readonly<Record<string, string>> = {
  classifyExit: "The class of an ended worker, why, and how much it counts.",
  restart: "What happens to the slot of an ended worker.",
};

function slotDiagram(): string {
  const lines = ["```mermaid", "stateDiagram-v2", "  [*] --> idle"];
  for (const [from, { on }] of Object.entries(SLOT_STATES)) {
    const byTarget = new Map<string, string[]>();
    for (const [cause, to] of Object.entries(on)) {
      byTarget.set(to, [...(byTarget.get(to) ?? []), cause.startsWith("exit:") ? "exit" : cause]);
    }
    for (const [to, causes] of byTarget)
      lines.push(`  ${from} --> ${to}: ${[...new Set(causes)].join(", ")}`);
  }
  return [...lines, "```"].join("\n");
}

function defaults(): ReturnType<typeof resolveConfig> {
  return resolveConfig({ name: "x", groups: { g: { entry: "./x.mjs" } } }, ["node"]);
}

function configTable(type: string, values: Readonly<Record<string, unknown>>): string {
  return table(
    ["key", "type", "default", "meaning"],
    readInterface("core/config.ts", type).map(({ name, type: text, optional, doc }) => [
      code(name),
      code(text),
      optional ? shown(name, values[name]) : "required",
      doc.replace(
        /[,;] [^;]*? when it is left out[^.]*(?=\.)|(?<=\.) [^.]* when it is left out[^.]*\.|`[^`]+` when it is left out, [^.]*\./g,
        "",
      ),
    ]),
  );
}

/** Defaults that are not one value. */
const worded: Readonly<Record<string, string>> = {
  type: "`reactor` with `listen`, else `service`",
  runtime: "the supervisor's own",
  root: "the config file's folder",
  cwd: "`root`",
  restart: "`always()`",
};

function shown(key: string, value: unknown): string {
  if (worded[key] !== undefined) return worded[key];
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return "–";
  if (typeof value === "object") return "–";
  return String(value);
}

function kindOf(type: string): string {
  const [, name = ""] = /^(\w+)Hook/.exec(type) ?? [];
  return name.includes("Bail")
    ? "first answer"
    : name.startsWith("Async")
      ? "each changes it, may wait"
      : "each changes it";
}

/** `start` first, then as they are in the table of `cli/main.ts`. */
function inOrder(commands: Record<string, CommandDef>): [string, CommandDef][] {
  const [, list = ""] = /const commands[^=]*= \{([^}]*)\}/.exec(read("cli/main.ts")) ?? [];
  const names = list.split(",").map((name) => name.trim());
  return Object.entries(commands).toSorted(([a], [b]) => names.indexOf(a) - names.indexOf(b));
}

function synopsis(name: string, { args }: CommandDef): string {
  const words = Object.entries(args as ArgsDef)
    .filter(([, { type }]) => type === "positional")
    .map(([key, { required, valueHint }]) =>
      required === false ? `[${valueHint ?? key}]` : `<${valueHint ?? key}>`,
    );
  return ["poolable", name, ...words].join(" ");
}

function about({ meta }: CommandDef): string {
  return (meta as { description?: string }).description ?? "";
}

function read(path: string): string {
  return readFileSync(`${root}${path}`, "utf8");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const page of pages) {
    const text = read(page);
    const next = await regenerate(text);
    if (next !== text) writeFileSync(`${root}${page}`, next);
    console.log(`${next === text ? "as it was" : "written  "}  ${page}`);
  }
}
