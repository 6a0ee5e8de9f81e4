import { suite as uvuSuite } from "uvu";
import { bounded, toError, withContext } from "./harness/bounded.ts";
import type { TestContext } from "./harness/bounded.ts";
import { report } from "./harness/report.ts";

export type { TestContext } from "./harness/bounded.ts";

/** How one test differs from the others. */
export interface TestOptions {
  /** Milliseconds after which the test has failed; 20,000 unless told. */
  readonly timeout?: number;
  /** A sentence that says why the test cannot run here; it is printed. Anything falsy lets the test run. */
  readonly skip?: string | false | undefined;
  /** Marks a test that runs in the brief run too, in a file whose header says `// brief: … (marked)`. */
  readonly brief?: boolean;
}

/** The body of a test. */
export type TestBody = (t: TestContext) => unknown;

/** Adds a test. */
export interface AddTest {
  (name: string, body: TestBody): void;
  (name: string, options: TestOptions, body: TestBody): void;
}

/** Adds something to run around the tests: once, or with `each` around every one of them. */
export interface AddHook {
  (hook: () => unknown): void;
  each(hook: TestBody): void;
}

/** One suite: call it to add tests, and `run()` at the end of the file. */
export interface Suite extends AddTest {
  /** Runs this test alone, for work at the keyboard; refused where `CI` is set. */
  readonly only: AddTest;
  readonly before: AddHook;
  readonly after: AddHook;
  /** MUST be called once, after the last test; a suite that never ran fails its file. */
  run(): void;
}

const defaultTimeout = 20_000;

const brief = process.env["POOLABLE_TEST_BRIEF"];

/** Whether this is the brief run (`npm test`): random tests then try fewer cases. */
export const IS_BRIEF: boolean = Boolean(brief);

/** A suite of uvu that cannot pass by accident; see `CONTRIBUTING.md` for what it adds. */
export function suite(name: string): Suite {
  const inner = uvuSuite(name);
  const entry = report.suite(name);
  const [before, after] = [[] as (() => unknown)[], [] as (() => unknown)[]];
  const [beforeEach, afterEach] = [[] as TestBody[], [] as TestBody[]];
  let broken: Error | undefined;

  const add = (
    register: typeof inner.only,
    args: Parameters<AddTest> | [string, TestOptions, TestBody],
  ): void => {
    const [title, options, body] = args.length === 3 ? args : [args[0], {}, args[1] as TestBody];
    if (brief === "marked" && !options.brief) return void (report.leftOut += 1);
    if (options.skip) return report.skipped(`${name} › ${title}: ${options.skip}`);
    entry.declared += 1;
    register(title, async () => {
      report.current = `${name} › ${title}`;
      const started = performance.now();
      try {
        if (broken) throw broken;
        await withContext(title, options.timeout ?? defaultTimeout, async (t) => {
          for (const hook of beforeEach) await hook(t);
          for (const hook of afterEach.toReversed()) t.defer(() => hook(t));
          await body(t);
        });
        report.passed += 1;
      } catch (thrown) {
        const error = toError(thrown);
        report.failure(error);
        throw error;
      } finally {
        report.tests.push({ title, milliseconds: performance.now() - started });
        report.current = undefined;
      }
    });
  };

  inner.before(async () => {
    for (const hook of before) {
      try {
        await bounded("before", defaultTimeout, hook);
      } catch (thrown) {
        broken = toError(thrown);
        return report.fault(`${name} › before`, broken);
      }
    }
  });

  const hook = (once: (() => unknown)[], each: TestBody[]): AddHook =>
    Object.assign((fn: () => unknown) => void once.push(fn), { each: (fn: TestBody) => void each.push(fn) });

  return Object.assign((...args: Parameters<AddTest>) => add(inner, args), {
    only: (...args: Parameters<AddTest>) => {
      if (process.env["CI"])
        throw new Error(`test.only("${args[0]}") is for work at the keyboard, and CI is set`);
      report.only = true;
      add(inner.only, args);
    },
    before: hook(before, beforeEach),
    after: hook(after, afterEach),
    run: () => {
      entry.run = true;
      inner.after(async () => {
        for (const fn of after.toReversed()) {
          await bounded("after", defaultTimeout, fn).catch((error) => report.fault(`${name} › after`, error));
        }
        entry.done = true;
        report.settle();
      });
      inner.run();
    },
  }) as Suite;
}
