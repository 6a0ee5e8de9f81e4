// timeout: 120
/** What the compiler knows of calls. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import * as assert from "uvu/assert";
import type { JobClient, JobsOf } from "../../index.ts";
import { defineWorker } from "../../worker/index.ts";
import { suite } from "../_suite.ts";

const test = suite("job types");

test("types: names, inputs, results and items are those of the worker", () => {
  const worker = defineWorker({
    jobs: {
      resize: (input: { width: number }): Promise<Buffer> => Promise.resolve(Buffer.alloc(input.width)),
      ping: () => "pong" as const,
      *count(to: number): Generator<number, string> {
        for (let number = 0; number < to; number++) yield number;
        return "done";
      },
    },
  });
  const use = async (jobs: JobClient<JobsOf<typeof worker>>): Promise<void> => {
    const bytes: Buffer = await jobs.run("resize", { width: 1 });
    const pong: "pong" = await jobs.run("ping", undefined);
    const done: string = await jobs.run("count", 3);
    const all: Buffer[] = await jobs.map("resize", [{ width: 1 }]);
    for await (const number of jobs.stream("count", 3)) number.toFixed(1);
    // @ts-expect-error no such job
    await jobs.run("resise", { width: 1 });
    // @ts-expect-error the wrong input
    await jobs.run("resize", { height: 1 });
    // @ts-expect-error the wrong result
    const wrong: string = await jobs.run("resize", { width: 1 });
    // @ts-expect-error no such option
    await jobs.run("ping", undefined, { retry: 1 });
    void [bytes, pong, done, all, wrong];
  };
  assert.type(use, "function");
});

const root = resolve(fileURLToPath(new URL("../..", import.meta.url)));

/** What the compiler says of a module beside this one: the lines at which something is wrong. */
function wrongLines(source: string): number[] {
  const { config } = ts.readConfigFile(`${root}/tsconfig.json`, (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const path = `${root}/test/jobs/_virtual.ts`;
  const host = ts.createCompilerHost({ ...options, types: ["node"] });
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === path || fileExists(name);
  host.getSourceFile = (name, ...more) =>
    name === path
      ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2023)
      : getSourceFile.call(host, name, ...more);
  const program = ts.createProgram([path], options, host);
  const file = program.getSourceFile(path)!;
  const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  return [...new Set(found.map(({ start }) => file.getLineAndCharacterOfPosition(start!).line + 1))];
}

const images = `
  import type { PoolConnection } from "poolable";
  import { defineWorker, type Worker } from "poolable/worker";
  const images = defineWorker({ jobs: { resize: (width: number) => String(width) } });
`;

test("types: groups that are declared are the only ones, and know their jobs", () => {
  const declared = `${images}
  declare global { interface PoolableGroups { images: typeof images } }
  export async function use(worker: Worker, pool: PoolConnection): Promise<string> {
    await pool.jobs("images").run("resize", 1);
    await worker.jobs<typeof images>("images-of-another-pool").run("resize", 1);
    await worker.jobs("image").run("resize", 1);
    await worker.jobs("images").run("resise", 1);
    await pool.jobs("images").run("resize", "1");
    return worker.jobs("images").run("resize", 1);
  }`;
  assert.equal(wrongLines(declared), [10, 11, 12]);
});

test("types: what a job is told beside its input has its type, without being named", () => {
  const handlers = `
  import { defineWorker } from "poolable/worker";
  export const worker = defineWorker({
    jobs: {
      async small(input: { width: number }, job) {
        job.log.info(String(job.attempt + input.width));
        job.nothing;
      },
      *items(input: number, job) {
        yield job.name.length + input;
      },
      arrow: (input: string, { signal }) => [input, signal.aborted, signal.nothing],
    },
  });
  export const none = defineWorker({ setup() {} });
  export const no: undefined = none.jobs;`;
  assert.equal(wrongLines(handlers), [7, 12, 16]);
});

test("types: without a declaration any name goes, with the module's type or without", () => {
  const free = `${images}
  export async function use(worker: Worker): Promise<unknown> {
    await worker.jobs<typeof images>("images").run("resize", 1);
    await worker.jobs<typeof images>("images").run("resize", "1");
    return worker.jobs("whatever").run("anything", 1);
  }`;
  assert.equal(wrongLines(free), [8]);
});

test.run();
