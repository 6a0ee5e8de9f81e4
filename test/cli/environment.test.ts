// supervisors: node, bun, deno (beside)
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { freePort } from "../_free-port.ts";
import { suite } from "../_suite.ts";
import { createCli } from "./_cli.ts";

const test = suite("cli environment");

/** A config that reads a file of variables as dotenv does: what is set already stays. */
const config = (port: number): string => `
  import { readFileSync } from "node:fs";
  for (const line of readFileSync(new URL("./app.env", import.meta.url), "utf8").trim().split("\\n")) {
    const [name, value] = line.split("=");
    process.env[name] ??= value;
  }
  if (process.env.BROKEN) throw new Error("broken config");
  const reason = "policy " + process.env.MODE;
  const restart = () => ({ action: "restart", delayMs: 0, reason });
  const web = { entry: "./web.mjs", listen: ${port}, env: { MODE: true, ONCE: true }, restart };
  export default { name: "environment", groups: { web } };`;

test(
  "a reload reads changed variables, and a worker keeps those of its generation",
  { brief: true, timeout: 40_000 },
  async (t) => {
    const [port, cli] = [await freePort(), await createCli(t)];
    const write = (name: string, text: string): Promise<void> =>
      writeFile(join(cli.runtimeFolder, name), text);
    const answer = "[process.env.MODE, process.env.ONCE, process.pid].join(' ')";
    await write("web.mjs", `export default { fetch: () => new Response(${answer}) };`);
    await write("poolable.config.mjs", config(port));
    const ask = async (): Promise<string[]> =>
      (await (await fetch(`http://127.0.0.1:${port}`, { headers: { connection: "close" } })).text()).split(
        " ",
      );

    await write("app.env", "MODE=first\nONCE=yes\n");
    const pool = cli.start(["start"]);
    await pool.says("pool environment is running");
    assert.equal((await ask()).slice(0, 2), ["first", "yes"]);

    await write("app.env", "MODE=second\n");
    const reloaded = await cli.run(["reload"]);
    assert.is(reloaded.code, 0, reloaded.stderr);
    assert.equal((await ask()).slice(0, 2), ["second", ""], "a line that was removed is gone");

    await write("app.env", "MODE=third\nBROKEN=1\n");
    const refused = await cli.run(["reload", "--name", "environment"]);
    assert.match(refused.stderr, "broken config");
    const [, , pid] = await ask();
    process.kill(Number(pid), "SIGKILL");
    await pool.says(new RegExp(`pid ${pid} ended.*: policy second \\[`));
    await pool.says(/policy second[^]*ready in/);
    assert.equal((await ask()).slice(0, 2), ["second", ""]);
  },
);

test.run();
