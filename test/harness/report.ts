import { writeFileSync } from "node:fs";
import process from "node:process";
import { toError } from "./bounded.ts";

/** How far one suite of this file has come. */
export interface SuiteEntry {
  readonly name: string;
  declared: number;
  run: boolean;
  done: boolean;
}

const suites: SuiteEntry[] = [];
const failures: string[] = [];
let settled = false;

/**
 * What this process has seen, beside uvu's own count: uvu forgets what is thrown outside of a test. On exit the
 * numbers go to the file named by `POOLABLE_TEST_REPORT`, where `test/run.mjs` reads them.
 */
export const report = {
  passed: 0,
  failed: 0,
  skips: [] as string[],
  only: false,
  /** Tests that the brief run leaves to the matrix run. */
  leftOut: 0,
  /** What each test took. */
  tests: [] as { readonly title: string; readonly milliseconds: number }[],
  /** The test that runs now. */
  current: undefined as string | undefined,

  suite(name: string): SuiteEntry {
    const entry = { name, declared: 0, run: false, done: false };
    suites.push(entry);
    return entry;
  },
  skipped(line: string): void {
    report.skips.push(line);
  },
  /** A test that failed: uvu prints it when its suite is done, and this process if that never comes. */
  failure(error: Error): void {
    report.failed += 1;
    const details = "details" in error ? String(error.details || "") : "";
    failures.push(`  FAIL  ${report.current}\n    ${error.stack ?? error.message}\n${details}`);
  },
  /** A failure that belongs to no test. */
  fault(where: string, thrown: unknown): void {
    report.failed += 1;
    const error = toError(thrown);
    console.error(`\n  FAIL  ${where}\n    ${error.stack ?? error.message}`);
  },
  /** Called as each suite ends; after the last one an open handle gets a second before it is a failure. */
  settle(): void {
    if (suites.some((entry) => entry.run && !entry.done)) return;
    settled = true;
    setTimeout(() => {
      report.fault("after the last test", `still open: ${process.getActiveResourcesInfo().join(", ")}`);
      process.exit(1);
    }, 1000).unref();
  },
};

const stray = (kind: string) => (thrown: unknown) => {
  report.fault(`${kind} ${report.current ? `during ${report.current}` : "outside of a test"}`, thrown);
  // Without a suite on its way nothing else would end a file that broke while it loaded.
  if (!suites.some((entry) => entry.run)) process.exit(1);
};
process.on("unhandledRejection", stray("unhandled rejection"));
process.on("uncaughtException", stray("uncaught exception"));

// The runner's way to say that the time of this file is up.
process.once("SIGTERM", () => {
  console.error(`\n  ended by SIGTERM${report.current ? ` during ${report.current}` : ""}`);
  process.exit(1);
});

process.on("exit", () => {
  if (suites.some((entry) => entry.run && !entry.done)) console.error(`\n${failures.join("\n")}`);
  for (const entry of suites) {
    if (!entry.run) report.fault(entry.name, "the suite was declared and never run: call .run()");
    else if (!entry.done) report.fault(entry.name, "the process ended before the suite did");
  }
  if (settled && report.passed + report.failed + report.skips.length === 0) {
    report.fault("this file", "no test ran");
  }
  if (report.failed > 0) process.exitCode = 1;
  const { passed, failed, skips, only, leftOut, tests } = report;
  const file = process.env["POOLABLE_TEST_REPORT"];
  if (file) writeFileSync(file, JSON.stringify({ passed, failed, skips, only, leftOut, tests }));
});
