import type { ArgsDef, CommandDef } from "citty";
import { commands } from "../cli/commands/index.ts";
import { resolveConfig } from "../core/config/resolve.ts";
import { formatDuration } from "../core/contract/duration.ts";
import { errorCodes } from "../core/contract/errors.ts";
import { jobErrorCodes } from "../core/contract/job-errors.ts";
import { DEADLINES, POOL_STATES, SLOT_STATES } from "../core/contract/states.ts";
import type { DeadlineKind } from "../core/contract/states.ts";
import { WORKER_FRAMES } from "../core/protocol/frame-order.ts";
import type { Phase } from "../core/protocol/frame-order.ts";
import { GOODBYE_EXIT_CODES } from "../core/protocol/goodbye.ts";
import * as budget from "../core/reducer/restart-budget.ts";
import { CONCURRENT_STARTS, FRESH_MS, FRESH_STARTS } from "../core/reducer/start-queue.ts";
import { createDecisions } from "../core/shell/decisions.ts";
import { exitClasses } from "../plugins/restart/classes.ts";
import { VIOLATION_LIMIT, VIOLATION_WINDOW_MS } from "../plugins/restart/escalation.ts";
import { reusePort } from "../plugins/sockets/reuse-port.ts";
import { ring } from "../plugins/sockets/ring.ts";
import { shared } from "../plugins/sockets/shared.ts";
import { runtimeTraits } from "../runtimes/discovery/traits.ts";
import { probes } from "../runtimes/probes/table.ts";
import { DEFAULT_NAMES } from "../runtimes/spawn/environment.ts";
import { folders, roomPicture, roomRows } from "./_rooms.ts";
import { fieldsOf, messagesOf, readInterface, unionOf } from "./_sources.ts";

/** The parts of the docs that say what the sources say, by name. */
export const parts: Readonly<Record<string, () => string>> = {
  "rooms-picture": roomPicture,
  rooms: () => table(["room", "holds", "may import"], roomRows()),
  folders: () =>
    table(
      ["folder", "holds"],
      Object.entries(folders).map(([folder, holds]) => [code(folder), holds]),
    ),
  "slot-states": () =>
    table(
      ["state", "process", "meaning"],
      Object.entries(SLOT_STATES).map(([state, { process, meaning }]) => [
        code(state),
        process ? "yes" : "no",
        meaning,
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
  deadlines: () =>
    table(
      ["deadline", "time", "when it passes"],
      Object.entries(DEADLINES).map(([kind, { ms, meaning }]) => [
        code(kind),
        ms === null ? timeOf(kind as DeadlineKind) : formatDuration(ms),
        meaning,
      ]),
    ),
  "exit-classes": () =>
    table(
      ["class", "concluded from", "counts"],
      exitClasses.map(({ class: name, indicators, counts }) => [code(name), indicators, String(counts)]),
    ),
  budgets: () => table(["rule", "number"], budgets()),
  strategies: () =>
    table(
      ["strategy", "spreads evenly", "queued connections survive the worker", "number of workers may change"],
      [ring, shared, reusePort].map(({ name, balanced, keepsQueue, scalable }) => [
        code(name),
        ...[balanced, keepsQueue, scalable].map((is) => (is ? "yes" : "no")),
      ]),
    ),
  hooks: () =>
    table(
      ["hook", "payload", "remarks"],
      readInterface("PoolHooks").map(({ name, payload, doc }) => [
        code(name),
        payload.map(code).join(", "),
        doc,
      ]),
    ),
  decisions: () => {
    const kinds = createDecisions();
    return table(
      ["decision", "kind", "asks for"],
      readInterface("Decisions").map(({ name, doc }) => [
        code(name),
        answersOf(kinds[name as keyof typeof kinds]),
        doc,
      ]),
    );
  },
  "config-pool": () => configTable("PoolConfig"),
  "config-group": () => configTable("GroupConfig"),
  "config-listen": () => configTable("ListenConfig"),
  "config-jobs": () => configTable("JobsConfig"),
  "run-options": () => configTable("RunOptions"),
  job: () => configTable("Job"),
  "job-errors": () =>
    table(
      ["code", "meaning"],
      Object.entries(jobErrorCodes).map(([name, meaning]) => [code(name), meaning]),
    ),
  "environment-names": () => DEFAULT_NAMES.map(code).join(", "),
  runtimes: () =>
    table(
      ["runtime", "from version", "tried before", "variable", "is installed by"],
      Object.values(runtimeTraits).map(({ title, minimum, untried, variable, install }) => [
        title,
        minimum,
        untried,
        code(variable),
        install.startsWith("npm") ? code(install) : install,
      ]),
    ),
  abilities: () => {
    const names = ["node", "bun", "deno"] as const;
    return table(
      ["a worker", ...names.map((name) => runtimeTraits[name].title)],
      probes.map(({ title, known }) => [title, ...names.map((name) => known[name])]),
    );
  },
  errors: () =>
    table(
      ["code", "meaning"],
      Object.entries(errorCodes).map(([name, meaning]) => [code(name), meaning]),
    ),
  commands: () =>
    table(
      ["command", "does"],
      Object.entries(commands).map(([name, command]) => [
        code(synopsis(name, command)),
        (command.meta as { description: string }).description,
      ]),
    ),
  options: () =>
    table(
      ["command", "argument or option", "meaning"],
      Object.entries(commands).flatMap(([name, { args }]) =>
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
      ["frame", "fields", "may come", "meaning"],
      messagesOf("WorkerMessage").map(({ type, fields, doc }) => [
        code(type),
        fields.map(code).join(", "),
        WORKER_FRAMES[type as keyof typeof WORKER_FRAMES].map((phase) => PHASES[phase]).join(", "),
        doc,
      ]),
    ),
  "supervisor-frames": () =>
    table(
      ["frame", "fields", "meaning"],
      messagesOf("SupervisorMessage").map(({ type, fields, doc }) => [
        code(type),
        fields.map(code).join(", "),
        doc,
      ]),
    ),
  welcome: () =>
    table(
      ["field", "type", "meaning"],
      fieldsOf("Welcome").map(({ name, type, doc }) => [code(name), code(type), doc]),
    ),
  goodbyes: () =>
    table(
      ["kind", "exit code that must follow"],
      Object.entries(GOODBYE_EXIT_CODES).map(([kind, exitCode]) => [code(kind), String(exitCode)]),
    ),
  violations: () => unionOf("ViolationKind").map(code).join(", "),
};

const PHASES: Readonly<Record<Phase, string>> = {
  connected: "first",
  greeted: "before ready",
  serving: "after ready",
  parted: "after goodbye",
};

/** The time of a deadline that the table of states leaves to others. */
function timeOf(kind: DeadlineKind): string {
  if (kind === "backoff") return "what was decided";
  if (kind === "settle") return "only in a reload: its `minReady`, 1 s by default";
  if (kind === "trial") return "only in a reload of what listens: half of its `minReady`";
  if (kind === "silence") return "⅚ of the group's `heartbeat`, 25 s by default";
  if (kind === "heartbeat") return "the rest of the group's `heartbeat`, 30 s in all by default";
  const { timeouts } = resolveConfig({ name: "x", groups: { g: { entry: "./x.mjs" } } }, ["node"]).groups[0]!;
  const half = kind === "stop" || kind === "term";
  const ms = half ? timeouts.stop / 2 : timeouts[kind as keyof typeof timeouts];
  return `${half ? "half of the group's `stop`" : `the group's \`${kind}\``}, ${formatDuration(ms)} by default`;
}

function budgets(): string[][] {
  const seconds = (ms: number): string => `${ms / 1000} s`;
  const window = seconds(budget.BUDGET_WINDOW_MS);
  const { giveUp } = resolveConfig({ name: "x", groups: { g: { entry: "./x.mjs" } } }, ["node"]);
  return [
    [
      "restarts at once when the worker lived at least",
      `${formatDuration(budget.AT_ONCE_UPTIME_MS)}, was ready, and its budget is untouched`,
    ],
    [
      "else waits, doubling with each counted exit in a row",
      `from ${formatDuration(budget.backoffMs(0, 0.5))} to ${formatDuration(budget.backoffMs(99, 0.5))}, jittered by ±20 %`,
    ],
    ["a slot is `degraded` at more than", `${budget.SLOT_BUDGET} counted in ${window}, sliding`],
    ["a degraded slot waits", `${formatDuration(budget.longestBackoffMs(0.5))}, jittered`],
    ["all of this is forgotten after a worker was ready for", seconds(budget.HEALTHY_MS)],
    [
      "ends in a row that do not count, each sooner than 10 s after its start, wait",
      `${formatDuration(budget.UNCOUNTED_INTERVAL_MS)}, then from ${formatDuration(budget.earlyEndBackoffMs(2, 0.5))}, doubling up to ${formatDuration(budget.earlyEndBackoffMs(99, 0.5))}`,
    ],
    [
      "the pool gives up, exit code 75, when no worker was ready for",
      `\`giveUp\`, ${formatDuration(giveUp as number)} by default`,
    ],
    ["no slot starts twice within", formatDuration(budget.SPAWN_INTERVAL_MS)],
    ["the same for restarts that do not count", formatDuration(budget.UNCOUNTED_INTERVAL_MS)],
    ["workers of one group that start at the same time, at most", String(CONCURRENT_STARTS)],
    [
      `starts of the whole pool in ${seconds(FRESH_MS)}, unless they are done sooner, at most`,
      `${FRESH_STARTS}, the groups in turn`,
    ],
    ["flow violations that shut the pool down", `${VIOLATION_LIMIT} in ${seconds(VIOLATION_WINDOW_MS)}`],
  ];
}

/** An exit leaves every state that has a process, so these are drawn as one. */
function slotDiagram(): string {
  const inside = new Set<string>();
  const outside = new Set<string>();
  for (const [from, { process, on }] of Object.entries(SLOT_STATES)) {
    for (const [cause, to] of Object.entries(on)) {
      const [word] = cause.split(":");
      if (process && SLOT_STATES[to].process) inside.add(`    ${from} --> ${to}: ${word}`);
      else outside.add(`  ${process ? "process" : from} --> ${to}: ${word}`);
    }
  }
  return [
    "```mermaid",
    "stateDiagram-v2",
    "  [*] --> idle",
    "  state process {",
    ...inside,
    "  }",
    ...outside,
    "```",
  ].join("\n");
}

/** How the answers of the taps become one, which the class of the hook says. */
function answersOf({ constructor: { name } }: object): string {
  if (name === "SyncBailHook") return "the first answer";
  return name.startsWith("Async") ? "each may change it, and take its time" : "each may change it";
}

function configTable(type: string): string {
  return table(
    ["key", "type", "meaning"],
    readInterface(type).map(({ name, type: text, doc }) => [code(name), code(text), doc]),
  );
}

function synopsis(name: string, { args }: CommandDef): string {
  const words = Object.entries(args as ArgsDef)
    .filter(([, { type }]) => type === "positional")
    .map(([key, { required, valueHint = key }]) =>
      required === false ? `[${valueHint}]` : `<${valueHint}>`,
    );
  return ["poolable", name, ...words].join(" ");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}
