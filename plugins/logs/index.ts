import { formatDuration } from "../../core/contract/duration.ts";
import { messageOf } from "../../core/contract/errors.ts";
import type { PoolHooks } from "../../core/contract/hooks.ts";
import { definePlugin } from "../../core/contract/plugin.ts";
import type { Plugin } from "../../core/contract/plugin.ts";
import { reachOf } from "./reach.ts";
import { exitSentence, replacementSentence } from "./sentences.ts";
import { stripControl } from "./strip.ts";

export { exitSentence } from "./sentences.ts";
export { stripControl } from "./strip.ts";

/** What {@link logs} takes. */
export interface LogsOptions {
  /** Takes one line without its newline, and whether a worker wrote it. MUST NOT throw or block. */
  write: (line: string, ofWorker: boolean) => void;
  /** Colours a text, in the format names of `util.styleText`. Plain when it is left out. */
  paint?: (format: Format, text: string) => string;
}

type OfWorker = { readonly slot: string; readonly group: string };
/** How a text is drawn. */
export type Format = "red" | "yellow" | "green" | "cyan" | "magenta" | "blue" | "dim";

const COLOURS: readonly Format[] = ["cyan", "magenta", "blue", "green", "yellow"];
const LEVELS: Readonly<Record<string, Format>> = { debug: "dim", warn: "yellow", error: "red" };

/** Writes what happens in the pool, and what its workers say, one line each with the slot's name in front. */
export const logs: (options: LogsOptions) => Plugin = definePlugin(
  ({ write, paint = (_: Format, text: string) => text }: LogsOptions) => ({
    name: "logs",
    setup(pool) {
      const colours = new Map(
        pool.config.groups.map(({ name, index }) => [name, COLOURS[index % COLOURS.length]!]),
      );
      const say = (format: Format | undefined, text: string): void => {
        const line = stripControl(text);
        write(format ? paint(format, line) : line, false);
      };
      const about = (fact: OfWorker, text: string, format?: Format, isOwn = false): void => {
        const line = stripControl(text);
        write(
          `${paint(colours.get(fact.group)!, fact.slot)} ${paint("dim", "|")} ${format ? paint(format, line) : line}`,
          isOwn,
        );
      };
      const ofWorker = (fact: OfWorker, text: string, format?: Format): void =>
        about(fact, text, format, true);

      const observers: Partial<PoolHooks> = {
        "listener:opened": ({ group, at, strategy, reason }) =>
          say(undefined, `${group} listens on ${at} (${strategy}: ${reason})${reachOf(at)}`),
        "listener:secure": ({ group, at }) => say(undefined, `${group} speaks TLS: ${at}`),
        "listener:refusing": ({ groups, at, ms }) =>
          say(
            "red",
            `${groups.join(", ")}: no worker has been ready for ${formatDuration(ms)}; connections to ${at} are refused until one is`,
          ),
        "listener:accepting": ({ groups, at }) =>
          say("green", `${groups.join(", ")}: a worker is ready; connections to ${at} are accepted again`),
        "pool:running": ({ pool: name }) => say("green", `pool ${name} is running`),
        "pool:critical": ({ reason, exitCode }) => say("red", `critical, exit code ${exitCode}: ${reason}`),
        // With another code it is critical, which has been said.
        "pool:stopping": ({ reason, exitCode }) =>
          exitCode === 0 ? say(undefined, `stopping: ${reason}`) : undefined,
        "pool:stopped": ({ exitCode, reason }) =>
          say(undefined, `stopped with exit code ${exitCode}: ${reason}`),
        "reload:started": ({ generation, hard, groups, slot }) =>
          slot === undefined
            ? say(
                "cyan",
                `${hard ? "hard" : "soft"} reload of ${groups.join(", ")} to generation ${generation}`,
              )
            : say("cyan", `${slot}: a new worker starts, to replace the current one`),
        "reload:refused": ({ reason }) => say("red", `not reloaded: ${reason}`),
        "reload:progress": (fact) => say(undefined, replacementSentence(fact)),
        "reload:done": ({ generation, replaced, failed, slot }) =>
          slot === undefined &&
          say(
            failed > 0 ? "red" : "green",
            `reloaded to generation ${generation}: ${replaced} replaced, ${failed} failed`,
          ),
        "reload:rolledback": ({ generation, reason, slot }) =>
          say(
            "red",
            slot === undefined
              ? `generation ${generation} rolled back: ${reason}`
              : `${slot} was not replaced: ${reason}`,
          ),
        "pool:away": ({ ms }) =>
          say("yellow", `the supervisor was away for ${formatDuration(ms)}: no silence meanwhile counts`),
        "group:scaled": ({ group, from, to, by }) =>
          say(undefined, `${group} scaled from ${from} to ${to} by ${by}`),
        "group:stopping": ({ group, reason }) =>
          say(
            "yellow",
            `${group} stops: ${reason}; it starts again when it is scaled, restarted or reloaded`,
          ),
        "group:refused": ({ group, to, by, reason }) =>
          say("yellow", `${group} not scaled to ${to} by ${by}: ${reason}`),
        "slot:degraded": (fact) =>
          ofWorker(fact, `is degraded: ${fact.reason}; it goes on at the longest wait`, "red"),
        "slot:recovered": (fact) => ofWorker(fact, `is not degraded any more: ${fact.reason}`, "green"),
        "worker:ready": (fact) =>
          about(fact, `ready in ${formatDuration(fact.tookMs)}, pid ${fact.pid}`, "dim"),
        "worker:silent": (fact) => {
          const [silent, left] = [formatDuration(fact.silentMs), formatDuration(fact.leftMs)];
          about(fact, `says nothing for ${silent}, and is killed in ${left} unless it does`, "yellow");
        },
        "worker:evidence": (fact) => {
          about(fact, fact.evidence.summary, "yellow");
          for (const line of fact.evidence.stack?.split("\n") ?? []) about(fact, `    ${line.trim()}`, "dim");
        },
        "worker:recovered": (fact) =>
          about(fact, `speaks again after ${formatDuration(fact.silentMs)}`, "yellow"),
        "worker:recycling": (fact) => about(fact, `is replaced: ${fact.reason}`),
        "worker:draining": (fact) => about(fact, `draining: ${fact.reason}`, "dim"),
        "worker:alarm": ({ slot, pid, reason }) => say("red", `${slot} pid ${pid}: ${reason}`),
        "worker:log": (fact) => ofWorker(fact, fact.message + dataOf(fact.data), LEVELS[fact.level]),
        "worker:output": (fact) => ofWorker(fact, fact.line, fact.stream === "stderr" ? "yellow" : undefined),
        "restart:decided": (fact) => say(fact.verdict.counts > 0 ? "yellow" : undefined, exitSentence(fact)),
        "plugin:error": ({ plugin, stage, error }) =>
          say("red", `plugin ${plugin}, ${stage}: ${messageOf(error)}`),
        "plugin:slow": ({ plugin, tookMs }) =>
          say("yellow", `plugin ${plugin} takes ${formatDuration(tookMs)} to set up`),
      };
      return pool.hooks.addHooks(observers as never);
    },
  }),
);

function dataOf(data: unknown): string {
  return data === undefined ? "" : ` ${JSON.stringify(data)}`;
}
