import { existsSync } from "node:fs";
import { join } from "node:path";
import { readSource } from "../../docs/_imports.ts";
import { root } from "./_markdown.ts";

/** A step of a walk, or a row of a table: a file, and the names that it must declare. */
export interface Step {
  readonly path: string;
  readonly names: readonly string[];
  /** What connects it with the next step where neither imports the other. */
  readonly through: string | undefined;
}

export interface Walk {
  readonly title: string;
  readonly steps: readonly Step[];
}

const STEP = /^\d+\. `([^`]+)`((?: `[^`]+`)*) – (.*)$/;

/** The walks of the page: each heading of the third level, and the numbered steps below it. */
export function walksOf(text: string): Walk[] {
  const [, ...sections] = text.split(/^### /m);
  return sections.map((section) => {
    const [title = "", ...lines] = section.split(/^## /m)[0]!.trimEnd().split("\n");
    const steps = lines.filter((line) => /^\d/.test(line)).map(stepOf);
    return { title, steps };
  });
}

function stepOf(line: string): Step {
  const [, path, names, text] = STEP.exec(line) ?? [];
  if (path === undefined) throw new Error(`not a step: ${line}`);
  const through = /Through `([^`]+)`\.$/.exec(text!)?.[1];
  return { path, names: [...names!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!), through };
}

/** What is wrong with the steps of a walk: files that moved, names that are gone, neighbours without a connection. */
export function faultsOf({ title, steps }: Walk): string[] {
  const gone = steps.flatMap(faultsOfStep);
  if (gone.length > 0) return gone.map((fault) => `${title}: ${fault}`);
  return steps.slice(1).flatMap((step, index) => {
    const fault = faultBetween(steps[index]!, step);
    return fault === undefined ? [] : [`${title}: ${fault}`];
  });
}

/** What is wrong with a file and the names that it must declare. */
export function faultsOfStep({ path, names }: Pick<Step, "path" | "names">): string[] {
  if (!existsSync(join(root, path))) return [`there is no ${path}`];
  if (names.length === 0) return [`${path}: no name to look for`];
  const { declared } = readSource(path);
  return names.filter((name) => !declared.has(name)).map((name) => `${path} declares no ${name}`);
}

function faultBetween(before: Step, after: Step): string | undefined {
  const [one, other] = [before.path, after.path];
  const isImport = one === other || imports(one, other) || imports(other, one);
  const { through } = before;
  if (through === undefined) return isImport ? undefined : `${one} and ${other}: neither imports the other`;
  if (isImport) return `${one} and ${other}: one imports the other, so "Through ${through}" is not needed`;
  const missing = [one, other].filter((path) => !readSource(path).used.has(through));
  return missing.length === 0 ? undefined : `${missing.join(" and ")}: no ${through}`;
}

/** Whether a file imports another one, or a file that exports something from it. */
function imports(from: string, to: string): boolean {
  return readSource(from).imports.some(
    ({ to: target }) =>
      target === to || readSource(target).imports.some((next) => next.isExport && next.to === to),
  );
}
