// brief: node (marked)
import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { PoolStatus } from "../../index.ts";
import { suite } from "../_suite.ts";
import { places, start } from "./_program.ts";

const test = suite("unchanged programs that speak TLS");

const certificate = fileURLToPath(new URL("../fixtures/tls/cert.pem", import.meta.url));

/** The same server, as each runtime has it. */
const programs = { "Node 20": "tls.mjs", Bun: "tls-bun.mjs", Deno: "tls-deno.mjs" };

for (const [name, file] of Object.entries(programs)) {
  test(
    `${name}: the log and the status say https`,
    { brief: name === "Node 20", timeout: 40_000 },
    async (t) => {
      const pool = await start(t, file, places[name]!);
      const ca = await readFile(certificate);
      const answer = await new Promise<string>((resolve, reject) => {
        const options = { host: "127.0.0.1", port: pool.port, ca, checkServerIdentity: () => undefined };
        request(options, (response) => void text(response).then(resolve, reject))
          .on("error", reject)
          .end();
      });
      assert.is(answer, "secret");
      const status = await pool.cli.run(["status", "--json"]);
      const { groups } = JSON.parse(status.stdout) as PoolStatus;
      assert.match(groups[0]!.urls[0]!, new RegExp(`^https://.*:${pool.port}$`));
      const { said } = await pool.stop();
      assert.is(said.match(/ speaks TLS: https:/g)?.length, 1, said);
    },
  );
}

test("a program that speaks none stays http", async (t) => {
  const pool = await start(t, "plain.mjs", places["Node 20"]!);
  const status = await pool.cli.run(["status", "--json"]);
  const { groups } = JSON.parse(status.stdout) as PoolStatus;
  assert.match(groups[0]!.urls[0]!, new RegExp(`^http://.*:${pool.port}$`));
  assert.not.match((await pool.stop()).said, "speaks TLS");
});

test.run();
