// timeout: 240
// brief: node (marked)
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import * as assert from "uvu/assert";
import type { GroupConfig, HookPayload, Pool } from "../../index.ts";
import type { RuntimeName } from "../../runtimes/discovery/traits.ts";
import { freePort } from "../_free-port.ts";
import { suite } from "../_suite.ts";
import type { TestContext } from "../_suite.ts";
import { poolFor } from "../harness/pool.ts";
import { folder } from "./_spawn.ts";

const test = suite("TypeScript entries as they are");

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const root = path("test/fixtures/typescript");

/** Entries that this repository's own compiler does not take. */
const written: Readonly<Record<string, string>> = {
  "enum.ts": `
    enum Name { Own = "enum.ts" }
    export default { fetch: (): Response => new Response(\`hello from \${Name.Own}\`) };`,
  "common.cts": `
    import type { ServerResponse } from "node:http";
    const { createServer } = require("node:http") as typeof import("node:http");
    const answer = (_: unknown, response: ServerResponse): void => void response.end("hello from common.cts");
    createServer(answer).listen(Number(process.env.PORT));`,
  "element.tsx": `/** @jsxRuntime classic */
    /** @jsx make */
    const make = (tag: string, _: null, ...children: string[]): string => "hello from " + tag + children.join("");
    export default { fetch: (): Response => new Response(<element>.tsx</element>) };`,
};

/** What runs TypeScript, and entries that it cannot run, with what is said then. */
const runners: readonly {
  readonly title: string;
  readonly runtime: RuntimeName;
  readonly executable?: string;
  readonly cannot: Readonly<Record<string, RegExp>>;
}[] = [
  ...["node22", "node24", "node26"].map((name) => ({
    title: name,
    runtime: "node" as const,
    executable: path(`node_modules/${name}/bin/node`),
    cannot: {
      // Types are taken out, nothing is compiled: https://nodejs.org/api/typescript.html
      "enum.ts": /startFailure .*enum is not supported in strip-only mode/,
      "element.tsx": /the entry .*element\.tsx is JSX, which Node cannot run/,
    },
  })),
  { title: "bun", runtime: "bun", cannot: {} },
  { title: "deno", runtime: "deno", cannot: {} },
];

for (const { title, runtime, executable, cannot } of runners) {
  const make = (t: TestContext, group: Partial<GroupConfig>): Pool => {
    const executables = executable === undefined ? {} : { [runtime]: executable };
    return poolFor(t, {
      name: "typescript",
      root,
      executables,
      groups: { w: { entry: "./worker.ts", runtime, listen: 0, stop: "2s", ...group } },
    });
  };
  const decided = (pool: Pool): Promise<HookPayload<"restart:decided">> =>
    new Promise((resolve) => pool.hooks.hookOnce("restart:decided", resolve));
  const listening = async (pool: Pool): Promise<string> => {
    let url = "";
    pool.hooks.hook("listener:opened", ({ at }) => void (url = at));
    await pool.start();
    return url;
  };

  for (const entry of ["worker.ts", "program.ts", "module.mts", "common.cts", "enum.ts", "element.tsx"]) {
    test(`${title}: ${entry}`, { brief: entry === "worker.ts", timeout: 30_000 }, async (t) => {
      const listen = await freePort();
      const pool = make(t, { entry: entryOf(t, entry), listen, env: { PORT: String(listen) } });
      const ended = decided(pool);
      const refused = cannot[entry];
      if (refused) {
        const said = await Promise.race([
          pool.start().then(
            () => ended,
            (error: Error) => error.message,
          ),
          ended,
        ]);
        const text = typeof said === "string" ? said : `${said.verdict.class} ${said.verdict.reason}`;
        return assert.match(text, refused);
      }
      const at = await listening(pool);
      const response = await fetch(at, { headers: { connection: "close" } });
      assert.is(await response.text(), `hello from ${entry}`);
    });
  }

  test(`${title}: the place of an error is that of the source`, async (t) => {
    const pool = make(t, {});
    const ended = decided(pool);
    const at = await listening(pool);
    await fetch(`${at}/throw`, { headers: { connection: "close" } }).then((response) => response.text());
    const { verdict, report } = await ended;
    assert.match(verdict.reason, "TypeError: thrown on line 27");
    assert.match(stripVTControlCharacters(report.stderrTail), /worker\.ts.*:27/);
  });
}

function entryOf(t: TestContext, name: string): string {
  const source = written[name];
  if (source === undefined) return name;
  const file = join(folder(t), "src", name);
  mkdirSync(join(file, ".."));
  writeFileSync(file, source);
  return file;
}

test.run();
