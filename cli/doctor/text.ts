import { relative } from "node:path";
import { stripControl } from "../../plugins/logs/index.ts";
import type { RuntimeFound } from "../../runtimes/probes/examine.ts";
import type { Paint } from "../output/terminal.ts";
import type { Diagnosis, GroupDiagnosis } from "./diagnosis.ts";

/** A diagnosis for people. */
export function renderDiagnosis(diagnosis: Diagnosis, paint: Paint, cwd: string): string {
  const { supervisor, runtimes, limits, choices, config } = diagnosis;
  const { runtime, version, file } = supervisor;
  const title = runtimes.find(({ name }) => name === runtime)?.title ?? runtime;
  const section = (heading: string, lines: readonly string[]): string[] => [
    "",
    paint("bold", heading),
    ...lines,
  ];
  const lines = [
    `A pool that is started here is supervised by ${title} ${version} (${file}).`,
    ...runtimes.flatMap((each) => section(each.title, runtimeLines(each, paint))),
    ...section(
      "Limits",
      limits.flatMap(({ title, text, note }) => [`  ${title}: ${text}`, ...noteLine(note, paint)]),
    ),
    ...section(
      "What poolable chooses",
      choices.map(({ about, choice, reason }) => `  ${about}: ${paint("cyan", choice)} (${reason})`),
    ),
  ];
  if (config) {
    const groups = config.groups.flatMap((group) => groupLines(group, paint));
    lines.push(...section(relative(cwd, config.file), groups));
  }
  return lines.join("\n");
}

function runtimeLines({ installed, problem, note, abilities }: RuntimeFound, paint: Paint): string[] {
  if (!installed) return [`  ${paint("yellow", "not usable")}: ${stripControl(String(problem))}`];
  const { version, file, because } = installed;
  return [
    `  ${version}, ${file} (${because})`,
    ...noteLine(note, paint),
    ...abilities.map(({ title, can, reason }) =>
      can
        ? `  ${paint("green", "yes")}  ${title}`
        : `  ${paint("yellow", "no")}   ${title}: ${stripControl(String(reason))}`,
    ),
  ];
}

function groupLines(group: GroupDiagnosis, paint: Paint): string[] {
  const { name, type, runtime, min, max, listeners, problem } = group;
  const workers = min === max ? `${min}` : `${min} to ${max}`;
  const noun = max === 1 ? "worker" : "workers";
  return [
    `  ${name}: ${workers} ${type} ${noun} on ${runtime}`,
    ...listeners.map(({ at, strategy, reason }) => {
      const how = strategy === null ? reason : `${paint("cyan", strategy)} (${reason})`;
      return `    ${stripControl(at)}: ${how}`;
    }),
    ...(problem === null ? [] : [`    ${paint("red", "cannot run")}: ${stripControl(problem)}`]),
  ];
}

function noteLine(note: string | null, paint: Paint): string[] {
  return note === null ? [] : [paint("dim", `    ${note}`)];
}
