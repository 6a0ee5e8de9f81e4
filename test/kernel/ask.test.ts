import * as assert from "uvu/assert";
import type { RestartQuestion } from "../../core/contract/decisions.ts";
import { DEFAULT_TAP } from "../../core/contract/decisions.ts";
import { KERNEL } from "../../core/contract/exit.ts";
import type { ExitReport } from "../../core/contract/exit.ts";
import type { SpawnOptions } from "../../core/contract/runtime.ts";
import type { Asker } from "../../core/shell/decision-runner.ts";
import { createAsker } from "../../core/shell/decision-runner.ts";
import { suite } from "../_suite.ts";

const test = suite("asking the decisions");

const REPORT = { slot: "g#0" } as ExitReport;
const QUESTION = { report: REPORT } as RestartQuestion;
const SPAWN = { slot: "g#0", group: "g", epoch: 1, generation: 1, seat: "main" } as const;
const OPTIONS: SpawnOptions = {
  entry: "/a.ts",
  args: [],
  execArgv: [],
  permissions: "all",
  env: {},
  cwd: "/",
  listeners: [],
};

interface Fault {
  readonly plugin: string;
  readonly decision: string;
  readonly message: string;
}

function make(): { asker: Asker; faults: Fault[] } {
  const faults: Fault[] = [];
  const asker = createAsker((plugin, decision, error) =>
    faults.push({ plugin, decision, message: (error as Error).message }),
  );
  return { asker, faults };
}

test("without any plugin there is an answer, and it is the kernel's", () => {
  const { asker } = make();
  assert.equal(asker.classifyExit(REPORT), {
    answer: { class: "unclassified", reason: "no plugin classified it", counts: 1 },
    by: KERNEL,
  });
  assert.equal(asker.restart(QUESTION), {
    answer: { action: "idle", reason: "no plugin decided" },
    by: KERNEL,
  });
  assert.equal(asker.bounce(QUESTION), []);
  assert.equal(asker.reloadPlan({ group: "g", wallNow: 0, hard: false, workers: 9 }), {
    surge: 2,
    minReadyMs: 1000,
  });
  assert.is(asker.scaleTarget(3, { group: "g", wallNow: 0, from: 1, min: 0, max: 4 }), 3);
});

test("the lowest stage answers first, the built-in one last, and who answered is known", () => {
  const { asker } = make();
  const asked: string[] = [];
  const tap = (name: string, stage: number, answers: boolean): void =>
    asker.decisions.restart.tap({ name, stage }, () => {
      asked.push(name);
      return answers ? { action: "restart", reason: name } : undefined;
    });
  tap(DEFAULT_TAP.name, DEFAULT_TAP.stage, true);
  tap("late", 500, true);
  tap("early", -1, false);
  tap("middle", 0, true);
  assert.equal(asker.restart(QUESTION), { answer: { action: "restart", reason: "middle" }, by: "middle" });
  assert.equal(asked, ["early", "middle"]);
});

test("who answered is right also when a tap asks another question meanwhile", () => {
  const { asker } = make();
  asker.decisions.classifyExit.tap("inner", () => ({ class: "x", reason: "y", counts: 0 }));
  asker.decisions.restart.tap("outer", () => {
    asker.classifyExit(REPORT);
    return { action: "idle", reason: "z" };
  });
  assert.is(asker.restart(QUESTION).by, "outer");
});

test("a tap that throws is reported by its name, and the next one answers", () => {
  const { asker, faults } = make();
  asker.decisions.classifyExit.tap("bad", () => {
    throw new Error("boom");
  });
  asker.decisions.classifyExit.tap("good", () => ({ class: "mine", reason: "so", counts: 0 }));
  assert.is(asker.classifyExit(REPORT).by, "good");
  assert.equal(faults, [{ plugin: "bad", decision: "classifyExit", message: "boom" }]);
});

/** Nonsense, and what is said of it. */
const NONSENSE: readonly (readonly [keyof typeof ask, unknown, string])[] = [
  ["classifyExit", null, "not an exit verdict"],
  ["classifyExit", "oom", "not an exit verdict"],
  ["classifyExit", { reason: "", counts: 1 }, "a verdict without a class"],
  ["classifyExit", { class: "", reason: "", counts: 1 }, "a verdict without a class"],
  ["classifyExit", { class: "a", counts: 1 }, "a verdict without a reason"],
  ["classifyExit", { class: "a", reason: "", counts: Number.NaN }, "counts NaN: accepted is 0 to 10"],
  ["classifyExit", { class: "a", reason: "", counts: -1 }, "counts -1: accepted is 0 to 10"],
  ["classifyExit", { class: "a", reason: "", counts: 1e9 }, "counts 1000000000: accepted is 0 to 10"],
  ["classifyExit", { class: "a", reason: "", counts: 0.5 }, "counts 0.5: accepted is 0 to 10"],
  ["restart", null, "not a restart answer"],
  ["restart", true, "not a restart answer"],
  [
    "restart",
    { action: "explode", reason: "" },
    "action explode: accepted is restart, idle, permanent, fail, shutdown",
  ],
  ["restart", { action: "restart" }, "a restart answer without a reason"],
  ...[-1, Number.NaN, Infinity, "5s", null].map(
    (delayMs) =>
      [
        "restart",
        { action: "restart", reason: "", delayMs },
        `delayMs ${delayMs}: accepted is a number of milliseconds from 0`,
      ] as const,
  ),
  ...[-1, 256, 1.5, Number.NaN, "1"].map(
    (exitCode) =>
      [
        "restart",
        { action: "shutdown", reason: "", exitCode },
        `exitCode ${exitCode}: accepted is 0 to 255`,
      ] as const,
  ),
  ["bounce", "web", "not a list of groups"],
  ["bounce", null, "not a list of groups"],
  ["bounce", [1], "not a list of groups"],
  ["scaleTarget", Number.NaN, "NaN is not a number of workers"],
  ["scaleTarget", -1, "-1 is not a number of workers"],
  ["scaleTarget", 1.5, "1.5 is not a number of workers"],
  ["scaleTarget", Infinity, "Infinity is not a number of workers"],
  ["scaleTarget", "2", "2 is not a number of workers"],
  ["scaleTarget", null, "null is not a number of workers"],
  ["reloadPlan", null, "not a plan"],
  ["reloadPlan", { surge: 0, minReadyMs: 0 }, "surge 0: accepted is 1 or more"],
  ["reloadPlan", { surge: Number.NaN, minReadyMs: 0 }, "surge NaN: accepted is 1 or more"],
  ["reloadPlan", { surge: 1, minReadyMs: -1 }, "minReadyMs -1: accepted is a number of milliseconds from 0"],
  ["reloadPlan", { surge: 1 }, "minReadyMs undefined: accepted is a number of milliseconds from 0"],
  ["reloadPlan", { surge: 1, minReadyMs: 0, refusal: 5 }, "refusal 5: accepted is a reason"],
  ["reloadPlan", { surge: 1, minReadyMs: 0, refusal: null }, "refusal null: accepted is a reason"],
  ["refuseScale", "", "not a reason"],
  ["refuseScale", true, "not a reason"],
  ["pickWorker", 0, "not the id of a slot"],
  ["canShareSocket", false, "neither true nor a reason"],
  ["canShareSocket", null, "neither true nor a reason"],
];

/** Asks each decision, and gives its answer. */
const ask = {
  classifyExit: (asker: Asker) => asker.classifyExit(REPORT).by,
  restart: (asker: Asker) => asker.restart(QUESTION).by,
  bounce: (asker: Asker) => asker.bounce(QUESTION).length,
  scaleTarget: (asker: Asker) => asker.scaleTarget(3, { group: "g", wallNow: 0, from: 1, min: 0, max: 4 }),
  reloadPlan: (asker: Asker) => asker.reloadPlan({ group: "g", wallNow: 0, hard: false, workers: 8 }).surge,
  refuseScale: (asker: Asker) =>
    asker.decisions.refuseScale.call({ group: "g", wallNow: 0, from: 1, to: 2, min: 0, max: 4 }),
  pickWorker: (asker: Asker) => asker.decisions.pickWorker.call({ group: "g", candidates: ["g#0"] }),
  canShareSocket: (asker: Asker) =>
    asker.decisions.canShareSocket.call({
      group: "g",
      runtime: "r",
      strategy: "s",
      listener: { name: "default" },
    }),
} as const;

for (const [decision, answer, detail] of NONSENSE) {
  test(`nonsense: ${decision} with ${detail}`, () => {
    const { asker, faults } = make();
    const untouched = ask[decision](asker);
    asker.decisions[decision].tap("odd", () => answer as never);
    assert.equal(ask[decision](asker), untouched);
    assert.equal(faults, [{ plugin: "odd", decision, message: `answered ${decision} with ${detail}` }]);
  });
}

test("in a chain of corrections the next tap gets the last answer that was one", () => {
  const { asker } = make();
  const seen: number[] = [];
  asker.decisions.scaleTarget.tap("a", () => 4);
  asker.decisions.scaleTarget.tap("b", () => Number.NaN);
  asker.decisions.scaleTarget.tap("c", (target) => {
    seen.push(target);
    return target - 1;
  });
  assert.is(asker.scaleTarget(1, { group: "g", wallNow: 0, from: 1, min: 0, max: 4 }), 3);
  assert.equal(seen, [4]);
});

test("the decisions are frozen", () => {
  const { asker } = make();
  assert.throws(() => Object.assign(asker.decisions, { restart: undefined }), /read only/);
});

/** Taps of `spawnOptions` of all three kinds, each giving or throwing what it was made with. */
const KINDS: Readonly<Record<string, (asker: Asker, give: () => unknown) => void>> = {
  tap: (asker, give) => asker.decisions.spawnOptions.tap("odd", () => give() as never),
  tapPromise: (asker, give) =>
    asker.decisions.spawnOptions.tapPromise("odd", async () => (await give()) as never),
  tapAsync: (asker, give) =>
    asker.decisions.spawnOptions.tapAsync("odd", (_options, _about, done) => {
      try {
        done(null, give() as never);
      } catch (error) {
        done(error as Error);
      }
    }),
};

for (const [kind, tap] of Object.entries(KINDS)) {
  const spawn = (give: () => unknown): Promise<SpawnOptions> => {
    const { asker } = make();
    tap(asker, give);
    return asker.decisions.spawnOptions.promise({ ...OPTIONS }, SPAWN);
  };
  const rejection = async (give: () => unknown): Promise<string> =>
    await spawn(give).then(
      () => "accepted",
      (error: Error) => error.message,
    );

  test(`spawnOptions, ${kind}: an answer is taken, no answer changes nothing`, async () => {
    assert.is((await spawn(() => ({ ...OPTIONS, cwd: "/tmp" }))).cwd, "/tmp");
    assert.equal(await spawn(() => undefined), OPTIONS);
  });

  test(`spawnOptions, ${kind}: a failure names the plugin`, async () => {
    const message = await rejection(() => {
      throw new Error("no key");
    });
    assert.is(message, "plugin odd failed in spawnOptions: no key");
  });

  for (const [what, answer] of [
    ["null", null],
    ["a text", "/a.ts"],
    ["nothing of it", {}],
    ["no entry", { ...OPTIONS, entry: "" }],
    ["arguments that are no texts", { ...OPTIONS, args: [1] }],
    ["flags that are no list", { ...OPTIONS, execArgv: "--inspect" }],
    ["an environment that is no object", { ...OPTIONS, env: null }],
    ["a variable that is no text", { ...OPTIONS, env: { PORT: 3000 } }],
    ["a folder that is no text", { ...OPTIONS, cwd: undefined }],
    ["listeners that are no list", { ...OPTIONS, listeners: {} }],
  ] as const) {
    test(`spawnOptions, ${kind}: ${what} fails the start by the plugin's name`, async () => {
      assert.match(
        await rejection(() => answer),
        /^plugin odd failed in spawnOptions: answered with [a-z ]+$/,
      );
    });
  }
}

test("spawnOptions that were changed in place into nonsense fail the start by the plugin's name", async () => {
  const { asker } = make();
  asker.decisions.spawnOptions.tap("fine", (options) => {
    options.args.push("--ok");
    return options;
  });
  asker.decisions.spawnOptions.tap("odd", (options) => {
    Object.assign(options, { args: undefined });
    return undefined as never;
  });
  const error = await asker.decisions.spawnOptions
    .promise({ ...OPTIONS }, SPAWN)
    .catch((thrown: Error) => thrown);
  assert.match((error as Error).message, /^plugin odd failed/);
});

test.run();
