import { networkInterfaces } from "node:os";
import * as assert from "uvu/assert";
import { checkArguments } from "../../cli/args.ts";
import { start } from "../../cli/commands/start.ts";
import { entryConfig, overrideConfig } from "../../cli/start/options.ts";
import type { GroupConfig } from "../../index.ts";
import { reachOf } from "../../plugins/logs/reach.ts";
import { suite } from "../_suite.ts";

const test = suite("cli/listen");

const groupOf = (...words: Parameters<typeof entryConfig>): GroupConfig =>
  Object.values(entryConfig(...words).groups)[0]!;

test("--port of an entry is what listen(port) is by hand, and --host says otherwise", () => {
  const all = Object.values(networkInterfaces()).flat();
  const host = all.some((each) => each?.family === "IPv6") ? "::" : "0.0.0.0";
  assert.equal(groupOf("/web.js", { port: "3000" }, "/").listen, [{ port: 3000, host }]);
  const one = groupOf("/web.js", { port: "3000", host: "127.0.0.1" }, "/");
  assert.equal(one.listen, [{ port: 3000, host: "127.0.0.1" }]);
});

test("--port of a config keeps the documented 127.0.0.1, and --host alone is refused", () => {
  const config = { name: "a", groups: { web: { entry: "/web.js" } } };
  const listenOf = (options: Parameters<typeof overrideConfig>[2]): unknown =>
    Object.values(overrideConfig(config, "/poolable.config.js", options).groups)[0]!.listen;
  assert.equal(listenOf({ port: "3000" }), [{ port: 3000 }]);
  assert.equal(listenOf({ port: "3000", host: "::" }), [{ port: 3000, host: "::" }]);
  assert.throws(() => listenOf({ host: "::" }), /--host is for --port/);
});

test("--port more than once is several listeners, the first of which is PORT", (t) => {
  const { PORT } = process.env;
  t.defer(() => void (PORT === undefined ? delete process.env["PORT"] : (process.env["PORT"] = PORT)));
  delete process.env["PORT"];
  const words = checkArguments("start", start.args as never, ["web.js", "--port", "3000", "--port=3001"]);
  assert.equal(words, ["--port=3000,3001", "--", "web.js"]);
  const { listen, env } = groupOf("/web.js", { port: "3000,3001", host: "::1" }, "/");
  assert.equal(
    (listen as { port: number }[]).map(({ port }) => port),
    [3000, 3001],
  );
  assert.is(env!["PORT"], "3000");
  assert.is(groupOf("/web.js", { port: "0" }, "/").env!["PORT"], undefined);
  process.env["PORT"] = "4000";
  assert.is(groupOf("/web.js", { port: "3000" }, "/").env!["PORT"], undefined, "what is set stays");
  assert.throws(() => groupOf("/web.js", { port: "3000,x" }, "/"), /--port: "x" is not a whole number/);
  assert.throws(
    () => checkArguments("start", start.args as never, ["--name", "a", "--name", "b"]),
    /--name is given twice/,
  );
});

test("the log says who can reach an address", () => {
  assert.is(reachOf("http://127.0.0.1:3000"), ", from this machine only");
  assert.is(reachOf("http://[::]:3000"), ", on all addresses of this machine: http://localhost:3000");
  assert.is(reachOf("http://0.0.0.0:80"), ", on all IPv4 addresses of this machine: http://localhost");
  assert.is(reachOf("http://192.168.1.5:3000"), "");
  assert.is(reachOf("/run/web.sock"), "");
});

test.run();
