import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { allowedRooms, folders, importsBetweenRooms, mayImport, roomOf, rooms } from "../docs/_rooms.ts";
import { suite } from "./_suite.ts";
import { pages, root } from "./docs/_markdown.ts";
import { faultsOf, faultsOfStep, walksOf } from "./docs/_walks.ts";

const test = suite("architecture");
const { text, prose } = pages.find(({ path }) => path === "docs/architecture.md")!;
const walks = walksOf(text);

test("every step of the walks is there, and connected with the one before it", () => {
  assert.is(walks.length, 4);
  for (const { title, steps } of walks) assert.ok(steps.length >= 10, title);
  assert.equal(walks.flatMap(faultsOf), []);
});

test("a walk with a file that moved, a name that is gone or a gap between two steps is noticed", () => {
  const [walk] = walks;
  const { title, steps } = walk!;
  const [first, second] = steps;
  const faults = (...changed: typeof steps): string[] => faultsOf({ title: "walk", steps: changed });
  assert.equal(faults({ ...first!, path: "worker/left.ts" }), ["walk: there is no worker/left.ts"]);
  assert.equal(faults({ ...first!, names: ["parted"] }), [
    "walk: worker/session/leave.ts declares no parted",
  ]);
  assert.match(faults({ ...first!, names: [] })[0]!, "no name to look for");
  assert.match(faults(first!, { ...second!, path: "cli/main.ts", names: ["main"] })[0]!, /cli\/main/);
  const unconnected = { path: "core/contract/exit-codes.ts", names: ["EXIT_USAGE"], through: undefined };
  assert.match(faults(first!, unconnected)[0]!, "neither imports the other");
  assert.match(faults({ ...first!, through: "WorkerSink" }, unconnected)[0]!, "no WorkerSink");
  assert.match(faults({ ...first!, through: "part" }, second!)[0]!, "is not needed");
  assert.throws(() => walksOf(`### ${title}\n\n1. worker/main.ts – no code`), "not a step");
});

/** The rows of the table of questions. */
const questions = [...text.matchAll(/^\| (.+\?) \| `([^`]+)` \| `([^`]+)` \|$/gm)].map(
  ([, question, path, name]) => ({ question: question!, path: path!, name: name! }),
);

test("each of the twenty questions is answered by a file whose name has a word of the question", () => {
  assert.is(questions.length, 20);
  assert.equal(
    questions.flatMap(({ path, name }) => faultsOfStep({ path, names: [name] })),
    [],
  );
  assert.equal(
    questions.filter((row) => !sharesWord(row)).map(({ path }) => path),
    [],
  );
  assert.not.ok(
    sharesWord({ question: "When is 75 the exit code of a pool?", path: "core/reducer/shutdown.ts" }),
  );
});

test("every path that the page mentions exists", () => {
  const paths = [...prose.matchAll(/`([\w./-]+\.[a-z]+)`/g)].map(([, path]) => path!);
  const missing = paths.filter((path) => path.includes("/") && !existsSync(join(root, path)));
  assert.equal(missing, []);
  assert.ok(paths.length > 60);
});

test("the rooms and their folders are listed", () => {
  const inRoot = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const others = [...OUTSIDE, "core"];
  const found = inRoot
    .map(({ name }) => name)
    .filter((name) => !name.startsWith(".") && !others.includes(name));
  const core = foldersIn("core");
  const known = Object.keys(rooms).filter((room) => !room.endsWith(".ts"));
  assert.equal([...found, ...core].toSorted(), known.toSorted());
  assert.equal(known.flatMap(foldersIn).toSorted(), Object.keys(folders).toSorted());
});

test("imports between rooms are those that the linter accepts, as the page reads its rules", () => {
  const imports = importsBetweenRooms();
  assert.equal(
    imports.filter(({ from, specifier, isType }) => !mayImport(from, specifier, isType)),
    [],
  );
  assert.ok(imports.some(({ from, to }) => roomOf(from) === "plugins" && roomOf(to) === "core/contract"));
  assert.not.ok(allowedRooms("core/contract").includes("core/shell"));
  assert.not.ok(mayImport("core/contract/a.ts", "../shell/kernel.ts"));
  assert.not.ok(mayImport("plugins/jobs/wire/wire.ts", "../supervisor/registry.ts"));
});

test.run();

/** Folders of the repository that are not part of the package. */
const OUTSIDE: readonly string[] = ["bench", "dist", "docs", "node_modules", "playground", "test"];

function foldersIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${folder}/${name}`);
}

/** Whether a word of the file's name and one of the question begin alike. */
function sharesWord({ question, path }: { question: string; path: string }): boolean {
  const words = (of: string): string[] => of.toLowerCase().match(/[a-z]{4,}/g) ?? [];
  const asked = words(question);
  return words(path.split("/").at(-1)!.replace(/\.ts$/, "")).some((word) =>
    asked.some((other) => other.slice(0, 4) === word.slice(0, 4)),
  );
}
