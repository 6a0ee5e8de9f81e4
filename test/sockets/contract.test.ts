import * as assert from "uvu/assert";
import {
  type ErrorCode,
  type GroupConfig,
  type HookPayload,
  type Pool,
  type PoolConfig,
  PoolError,
} from "../../index.ts";
import { logs, sockets, type SocketStrategy } from "../../plugins/index.ts";
import { shared } from "../../plugins/sockets/shared.ts";
import { freePort } from "../_free-port.ts";
import { suite, type TestContext } from "../_suite.ts";
import { poolFor } from "../harness/pool.ts";
import { ask, entry } from "./_sockets.ts";

const test = suite("sockets/contract");

function make(t: TestContext, groups: PoolConfig["groups"], plugins: PoolConfig["plugins"] = []): Pool {
  return poolFor(t, { name: "contract", groups, plugins });
}

const one = (t: TestContext, group: Partial<GroupConfig>, plugins?: PoolConfig["plugins"]): Pool =>
  make(t, { w: { entry, ...group } }, plugins);

async function refused(pool: () => Pool, code: ErrorCode, message: string | RegExp): Promise<void> {
  try {
    await pool().start();
  } catch (error) {
    assert.instance(error, PoolError);
    assert.is((error as PoolError).code, code);
    if (typeof message === "string") assert.is((error as PoolError).message, message);
    else assert.match((error as PoolError).message, message);
    assert.not.match((error as PoolError).message, "\n");
    return;
  }
  assert.unreachable("it started");
}

/** A strategy of a plugin's author: one worker per core, say, and never another number. */
const fixed: SocketStrategy = {
  ...shared,
  name: "fixed",
  scalable: false,
  fixedBecause: "its workers are bound to processors",
};

test("a strategy of one's own that is not scalable refuses to scale, with code, reason and fact", async (t) => {
  const lines: string[] = [];
  const plugins = [sockets({ strategies: [fixed] }), logs({ write: (line) => lines.push(line) })];
  const workers = { min: 1, max: 3 };
  const pool = one(t, { workers, listen: { port: 0, strategy: "fixed" } }, plugins);
  const facts: HookPayload<"group:refused">[] = [];
  pool.hooks.hook("group:refused", (fact) => void facts.push(fact));
  await pool.start();
  assert.is(pool.status().groups[0]!.strategy, "fixed");
  const reason =
    "group w stays at 1, not 2: its socket is shared by 'fixed', and its workers are bound to processors";
  await pool.scale("w", 2, "test").then(
    () => assert.unreachable(),
    (error: PoolError) => assert.equal([error.code, error.message], ["E_SCALE_REFUSED", reason]),
  );
  assert.equal(facts, [{ group: "w", from: 1, to: 2, by: "test", reason }]);
  assert.ok(lines.includes(`w not scaled to 2 by test: ${reason}`), lines.join("\n"));
  assert.equal(await pool.scale("w", 1), { from: 1, to: 1 }, "what changes nothing is no scaling");
  assert.is(pool.status().groups[0]!.desired, 1);
});

test("such a strategy refuses a soft reload, with code, reason and fact; a hard one goes on", async (t) => {
  const lines: string[] = [];
  const plugins = [sockets({ strategies: [fixed] }), logs({ write: (line) => lines.push(line) })];
  const pool = one(t, { listen: { port: 0, strategy: "fixed" } }, plugins);
  const facts: HookPayload<"reload:refused">[] = [];
  pool.hooks.hook("reload:refused", (fact) => void facts.push(fact));
  await pool.start();
  const reason =
    "group w cannot be reloaded this way: its socket is shared by 'fixed', and its workers are bound to " +
    "processors; a hard reload keeps the number";
  await pool.reload({ groups: ["w"] }).then(
    () => assert.unreachable(),
    (error: PoolError) => assert.equal([error.code, error.message], ["E_RELOAD_REFUSED", reason]),
  );
  assert.equal(facts, [{ pool: "contract", hard: false, groups: ["w"], reason }]);
  assert.ok(lines.includes(`not reloaded: ${reason}`), lines.join("\n"));
  assert.is(pool.status().groups[0]!.slots[0]!.epoch, 1);
  assert.is((await pool.reload({ hard: true })).reason, null);
  assert.is(pool.status().groups[0]!.slots[0]!.epoch, 2);
});

test("a strategy can be preferred, and canShareSocket can veto one", async (t) => {
  const veto = {
    name: "veto",
    setup(pool: Pool): void {
      pool.decisions.canShareSocket.tap("veto", ({ strategy }) =>
        strategy === "fixed" ? "not today" : undefined,
      );
    },
  };
  const options = { strategies: [fixed], prefer: ["fixed", "shared"] };
  const first = one(t, { listen: 0 }, [sockets(options)]);
  await first.start();
  assert.is(first.status().groups[0]!.strategy, "fixed");
  const second = one(t, { listen: 0 }, [veto, sockets(options)]);
  await second.start();
  const { strategy, strategyReason } = second.status().groups[0]!;
  assert.equal([strategy, strategyReason], ["shared", "not fixed: not today"]);
});

test("a strategy that is unknown, not there, or that the platform lacks", async (t) => {
  const asks = (strategy: string) => (): Pool => one(t, { listen: { port: 0, strategy } });
  const known = "ring, shared, reuse-port";
  await refused(
    asks("rnig"),
    "E_CONFIG",
    `groups.w.listen: strategy 'rnig': there is no such strategy; known are ${known}`,
  );
  await refused(asks("handoff"), "E_CONFIG", /^groups\.w\.listen: strategy 'handoff': there is no handoff: /);
  if (Number(process.versions.node.split(".")[0]) > 20) return;
  const lacks =
    /^groups\.w\.listen: strategy '(ring|reuse-port)': Node 20\.\S+ cannot open SO_REUSEPORT sockets, /;
  for (const strategy of ["ring", "reuse-port"]) await refused(asks(strategy), "E_CONFIG", lacks);
});

test("listeners that would take each other's connections", async (t) => {
  const two = (a: GroupConfig["listen"], b: GroupConfig["listen"]) => (): Pool =>
    make(t, { a: { entry, listen: a }, b: { entry, listen: b } });
  const both = "groups a and b both listen there; give each its own";
  await refused(
    two({ port: 3999, host: "0.0.0.0" }, 3999),
    "E_CONFIG",
    `groups.b.listen: 0.0.0.0:3999 and 127.0.0.1:3999 are one port to the system: ${both}`,
  );
  await refused(
    two({ port: 3999, host: "::1" }, { port: 3999, host: "::" }),
    "E_CONFIG",
    `groups.b.listen: [::1]:3999 and [::]:3999 are one port to the system: ${both}`,
  );
  await refused(
    () => one(t, { listen: [3999, { port: 3999, host: "localhost", name: "again" }] }),
    "E_CONFIG",
    /^groups\.w\.listen: .*group w listens there twice; give each listener its own$/,
  );
});

test("groups that name one address share it, whatever each calls it, if they ask for the same", async (t) => {
  const two = (
    a: GroupConfig["listen"],
    b: GroupConfig["listen"],
    plugins: PoolConfig["plugins"] = [],
  ): Pool => make(t, { a: { entry, listen: a }, b: { entry, listen: b, args: ["web"] } }, plugins);
  const free = await freePort();
  const unlike = `groups.b.listen.backlog: 127.0.0.1:${free}: groups a and b share it, so backlog is the same in both`;
  await refused(() => two(free, { port: free, backlog: 8 }), "E_CONFIG", unlike);
  const own = [sockets({ strategies: [{ ...fixed, joins: false }], prefer: ["fixed"] })];
  const alone = "groups.a.listen: groups a and b both listen there, which the strategy 'fixed' cannot share";
  await refused(() => two(free, free, own), "E_CONFIG", alone);
  const pool = two(free, { port: free, host: "localhost", name: "web" });
  const opened: HookPayload<"listener:opened">[] = [];
  pool.hooks.hook("listener:opened", (fact) => void opened.push(fact));
  await pool.start();
  assert.equal(
    opened.map(({ group, name, at }) => [group, name, new URL(at).port]),
    [
      ["a", "default", `${free}`],
      ["b", "web", `${free}`],
    ],
  );
  assert.match(opened[1]!.reason, /; the socket of group a$/);
  const answer = await ask(opened[0]!.at);
  assert.ok(answer.ok, answer.text);
});

test("what listen.prefer cannot be had with is refused by its key", async (t) => {
  const prefer = "fast" as const;
  const asks = (listen: GroupConfig["listen"], runtime: string) => (): Pool => one(t, { listen, runtime });
  const own = "Bun.serve listens only on a socket of its own; leave one of them out";
  await refused(
    asks({ port: 0, prefer, strategy: "shared" }, "bun"),
    "E_CONFIG",
    `groups.w.listen.prefer: 'fast' and the strategy 'shared' cannot both be had: ${own}`,
  );
  await refused(
    asks({ port: 0, prefer: "lossless", strategy: "reuse-port" }, "bun"),
    "E_CONFIG",
    /^groups\.w\.listen\.prefer: 'lossless' and the strategy 'reuse-port' cannot both be had: it loses/,
  );
  await refused(
    asks({ path: "/tmp/x.sock", prefer }, "deno"),
    "E_CONFIG",
    "groups.w.listen.prefer: 'fast': a Unix domain socket cannot be bound twice",
  );
  await refused(
    asks({ port: 0, prefer: "quick" as "fast" }, "deno"),
    "E_CONFIG",
    `groups.w.listen.prefer: "quick" is not accepted; expected 'lossless', 'fast'`,
  );
  const pool = one(t, { listen: { port: 0, prefer }, runtime: "node" });
  await pool.start();
  assert.ok(["ring", "shared"].includes(pool.status().groups[0]!.strategy!));
});

test("a job group with a socket, a path that cannot be", async (t) => {
  await refused(
    () => one(t, { type: "job", listen: 0 }),
    "E_CONFIG",
    /^groups\.w\.listen: a group of type 'job' /,
  );
  const path = "/no/such/folder/w.sock";
  await refused(
    () => one(t, { listen: path }),
    "E_LISTEN",
    `groups.w.listen: cannot listen on ${path}: its folder does not exist or cannot be written to`,
  );
});

test("a listener that nobody uses is told, and the others serve", async (t) => {
  const pool = one(t, { listen: [{ port: 0 }, { port: 0, name: "admin" }] });
  const opened: HookPayload<"listener:opened">[] = [];
  pool.hooks.hook("listener:opened", (fact) => void opened.push(fact));
  const told = new Promise<HookPayload<"worker:log">>((resolve) =>
    pool.hooks.hookOnce("worker:log", resolve),
  );
  await pool.start();
  assert.is((await ask(opened[0]!.at)).text, "w#0 1");
  const { level, message } = await told;
  assert.is(level, "warn");
  assert.is(
    message,
    'nothing listens on the listener "admin" yet: worker.listen(server, { name }), or remove it',
  );
});

test.run();
