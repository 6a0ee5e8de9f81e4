/** Every way in which a config can be wrong is one line: the key, the value, and what is accepted. */
import * as assert from "uvu/assert";
import { resolveJobs } from "../../core/config/jobs.ts";
import { resolveConfig } from "../../core/config/resolve.ts";
import type { PoolConfig, ResolvedGroup } from "../../core/contract/config.ts";
import { PoolError } from "../../core/contract/errors.ts";
import { suite } from "../_suite.ts";

const test = suite("config");

const RUNTIMES = ["node", "bun"];
const entry = "./web.ts";
const policy = (): undefined => undefined;

/** The group `web` of a config that has `changes` in it. */
function group(changes: object): ResolvedGroup {
  const config = { name: "shop", root: "/srv", groups: { web: { entry, ...changes } } } as PoolConfig;
  return resolveConfig(config, RUNTIMES).groups[0]!;
}

function messageOf(config: unknown): string {
  try {
    resolveConfig(config as PoolConfig, RUNTIMES);
  } catch (error) {
    assert.instance(error, PoolError);
    assert.is((error as PoolError).code, "E_CONFIG");
    return (error as PoolError).message;
  }
  return "accepted";
}

const NAMES = "1 to 40 letters, digits, '.', '_' or '-', the first a letter or digit";
const long = "x".repeat(41);

for (const [config, message] of [
  [undefined, "config: undefined is not accepted; expected an object"],
  [null, "config: null is not accepted; expected an object"],
  [[], "config: [] is not accepted; expected an object"],
  ["./web.ts", 'config: "./web.ts" is not accepted; expected an object'],
  [() => ({}), "config: a function is not accepted; expected an object"],
  [{}, `name: undefined is not accepted; expected ${NAMES}`],
  [{ name: "a" }, "groups: undefined is not accepted; expected an object with at least one group"],
  [{ name: "", groups: { web: { entry } } }, `name: "" is not accepted; expected ${NAMES}`],
  [{ name: "../a", groups: { web: { entry } } }, `name: "../a" is not accepted; expected ${NAMES}`],
  [{ name: "a b", groups: { web: { entry } } }, `name: "a b" is not accepted; expected ${NAMES}`],
  [{ name: "a\n", groups: { web: { entry } } }, `name: "a\\n" is not accepted; expected ${NAMES}`],
  [{ name: long, groups: { web: { entry } } }, `name: "${long}" is not accepted; expected ${NAMES}`],
  [{ name: 7, groups: { web: { entry } } }, `name: 7 is not accepted; expected ${NAMES}`],
  [{ name: "a", groups: {} }, "groups: {} is not accepted; expected an object with at least one group"],
  [{ name: "a", groups: [] }, "groups: [] is not accepted; expected an object with at least one group"],
  [
    { name: "a", groups: { "w w": { entry } } },
    `groups.w w: "w w" is not accepted; expected a group name of ${NAMES}`,
  ],
  [{ name: "a", groups: { web: entry } }, `groups.web: "${entry}" is not accepted; expected an object`],
  [{ name: "a", groups: { web: null } }, "groups.web: null is not accepted; expected an object"],
  [
    { name: "a", groups: { web: {} } },
    "groups.web.entry: undefined is not accepted; expected the path of the module that a worker runs",
  ],
  [{ name: "a", group: {} }, "group: unknown key; did you mean groups?"],
  [
    { name: "a", wurst: 1 },
    "wurst: unknown key; known keys are name, groups, plugins, strategy, onViolation, giveUp, root, executables",
  ],
  [
    { name: "a", constructor: 1 },
    "constructor: unknown key; known keys are name, groups, plugins, strategy, onViolation, giveUp, root, executables",
  ],
  [
    { name: "a", groups: { web: { entry } }, plugins: {} },
    "plugins: {} is not accepted; expected a list of plugins",
  ],
  [
    { name: "a", groups: { web: { entry } }, strategy: "one_for_all" },
    `strategy: "one_for_all" is not accepted; expected 'one-for-one', 'one-for-all', 'rest-for-one'`,
  ],
  [
    { name: "a", groups: { web: { entry } }, onViolation: true },
    `onViolation: true is not accepted; expected 'restart', 'escalate', 'shutdown'`,
  ],
  [{ name: "a", groups: { web: { entry } }, root: 1 }, "root: 1 is not accepted; expected text"],
  [
    { name: "a", groups: { web: { entry } }, executables: ["bun"] },
    'executables: ["bun"] is not accepted; expected an object of paths or commands',
  ],
  [
    { name: "a", groups: { web: { entry } }, executables: { bun: 1 } },
    "executables.bun: 1 is not accepted; expected text",
  ],
  [
    { name: "a", groups: { web: { entry } }, executables: { bon: "bun" } },
    "executables.bon: unknown key; did you mean bun?",
  ],
  [
    { name: "a", groups: { a: { entry, workers: 60_000 }, b: { entry, workers: 60_000 } } },
    "groups: 120000 is not accepted; expected at most 100000 workers in all",
  ],
] as const) {
  test(message.slice(0, 60), () => assert.is(messageOf(config), message));
}

const WORKERS = "a whole number, or { min, max } with min <= max and max >= 1";
const TIME = "milliseconds or text such as '30s', at most '8760h'";
const VARIABLE = "text without a null character, true or false";
const LISTEN =
  "a port, a path, { port, host, path, mode, owner, backlog, name, strategy, prefer, refuseAfter }, or a list of these";

/** What is wrong with one key of a group. */
for (const [key, value, message] of [
  [
    "listen",
    { path: "/s", mode: 660 },
    "listen.mode: 660 is not accepted; expected a mode from 0o000 to 0o777, or text such as '660'",
  ],
  [
    "listen",
    { path: "/s", owner: "a:b:c" },
    "listen.owner: \"a:b:c\" is not accepted; expected 'user', 'user:group' or ':group'",
  ],
  [
    "listen",
    { port: 80, mode: 0o660 },
    "listen.mode: 432 is not accepted; expected only with a path: a port has no file",
  ],
  ["entry", "", 'entry: "" is not accepted; expected text'],
  ["entry", ["a.ts"], 'entry: ["a.ts"] is not accepted; expected text'],
  ["type", "web", `type: "web" is not accepted; expected 'reactor', 'job', 'service'`],
  ["runtime", "", 'runtime: "" is not accepted; expected text'],
  ["runtime", "deno", `runtime: "deno" is not accepted; expected 'node', 'bun'`],
  ["args", "--port", 'args: "--port" is not accepted; expected a list of texts'],
  ["args", [1], "args: [1] is not accepted; expected a list of texts"],
  ["execArgv", [null], "execArgv: [null] is not accepted; expected a list of texts"],
  ["permissions", "none", `permissions: "none" is not accepted; expected 'all' or an object`],
  ["permissions", { reed: true }, "permissions.reed: unknown key; did you mean read?"],
  [
    "permissions",
    { net: 80 },
    "permissions.net: 80 is not accepted; expected true, false or a list of texts",
  ],
  ["env", ["SECRET"], "env: a list is not accepted; expected an object of texts, true or false"],
  ["env", "A=SECRET", "env: a string is not accepted; expected an object of texts, true or false"],
  ["env", { PORT: 3000 }, `env.PORT: a number is not accepted; expected ${VARIABLE}`],
  ["env", { A: "SECRET", B: undefined }, `env.B: undefined is not accepted; expected ${VARIABLE}`],
  ["env", { A: { B: "SECRET" } }, `env.A: an object is not accepted; expected ${VARIABLE}`],
  ["env", { A: "SECRET\0" }, `env.A: a string is not accepted; expected ${VARIABLE}`],
  [
    "env",
    { "A=SECRET": true },
    "env: a string is not accepted; expected the name of a variable, without '=' and null characters",
  ],
  ["cwd", 1, "cwd: 1 is not accepted; expected text"],
  [
    "restart",
    "sometimes",
    "restart: \"sometimes\" is not accepted; expected 'always', 'on-failure', 'never', or a policy such as limited({ max: 3 })",
  ],
  ["worker", 2, "worker: unknown key; did you mean workers?"],
  ["Listen", 2, "Listen: unknown key; did you mean listen?"],
  ...[0, -1, 1.5, Number.NaN, Infinity, "2", true, [2], {}].map(
    (value) => ["workers", value, `workers: ${shown(value)} is not accepted; expected ${WORKERS}`] as const,
  ),
  ...[
    { min: 2, max: 1 },
    { min: 0, max: 0 },
    { max: 2 },
    { min: 1, max: 2, step: 1 },
    { min: -1, max: 2 },
  ].map(
    (value) => ["workers", value, `workers: ${shown(value)} is not accepted; expected ${WORKERS}`] as const,
  ),
  ...["hello", "ready", "heartbeat", "drain", "stop"].flatMap((name) =>
    [0, -5, "soon", "10", Number.NaN, null, {}, "8761h", 1e12].map(
      (value) => [name, value, `${name}: ${shown(value)} is not accepted; expected ${TIME}`] as const,
    ),
  ),
  ...[-1, 65_536, 1.5, "", true, [], [[3000]], null].map(
    (value) => ["listen", value, `listen: ${shown(value)} is not accepted; expected ${LISTEN}`] as const,
  ),
  ["listen", "3000", `listen: "3000" is not accepted; expected a port as a number (3000), or a path`],
  ["listen", [80, "443"], `listen[1]: "443" is not accepted; expected a port as a number (443), or a path`],
  ["listen", {}, "listen: {} is not accepted; expected either a port or a path"],
  [
    "listen",
    { port: 1, path: "/a" },
    'listen: {"port":1,"path":"/a"} is not accepted; expected either a port or a path',
  ],
  ["listen", { port: "80" }, 'listen.port: "80" is not accepted; expected a port from 0 to 65535'],
  ["listen", { port: 80, host: 1 }, "listen.host: 1 is not accepted; expected text"],
  ["listen", { port: 80, backlog: 0 }, "listen.backlog: 0 is not accepted; expected a whole number from 1"],
  ["listen", { port: 80, name: "a b" }, `listen.name: "a b" is not accepted; expected ${NAMES}`],
  ["listen", { prot: 80 }, "listen.prot: unknown key; did you mean port?"],
  [
    "listen",
    [80, { port: 81, backlog: 1.5 }],
    "listen[1].backlog: 1.5 is not accepted; expected a whole number from 1",
  ],
] as const) {
  test(`groups.web.${message}`.slice(0, 70), () =>
    assert.is(messageOf({ name: "a", groups: { web: { entry, [key]: value } } }), `groups.web.${message}`),
  );
}

function shown(value: unknown): string {
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

test("no message shows a value of env, wherever it stands", () => {
  const env = { TOKEN: "SECRET" };
  for (const config of [
    [{ name: "a", groups: { web: { entry, env } } }],
    { name: "a", groups: [{ entry, env }] },
    { name: "a", groups: { web: [{ env, entry }] } },
    { name: "a", groups: { env: "SECRET" } },
    { name: { env }, groups: {} },
    { name: "a", groups: { web: { entry, cwd: { env } } } },
    { name: "a", groups: { web: { entry, listen: { port: 1, path: "/a", env } } } },
  ]) {
    const message = messageOf(config);
    assert.is.not(message, "accepted");
    assert.not.match(message, "SECRET");
  }
});

test("a group cannot be called as what every object has", () => {
  const literal = { name: "a", groups: { __proto__: { entry } } };
  const why = "expected a group name that JavaScript does not use for a property of every object";
  const message = `groups.__proto__: "__proto__" is not accepted; ${why}`;
  assert.is(messageOf(literal), message);
  assert.is(messageOf({ name: "a", groups: JSON.parse('{"__proto__":{"entry":"a"}}') as object }), message);
  for (const name of ["constructor", "toString", "hasOwnProperty"])
    assert.match(
      messageOf({ name: "a", groups: { [name]: { entry } } }),
      `"${name}" is not accepted; ${why}`,
    );
  const bare = Object.assign(Object.create(null) as object, { web: { entry } });
  assert.is(messageOf({ name: "a", groups: bare }), "accepted");
});

test("two listeners of one name are refused", () => {
  const listen = [
    { port: 80, name: "a" },
    { port: 81, name: "a" },
  ];
  const expected = "a name that no other listener of the group has";
  assert.is(
    messageOf({ name: "a", groups: { web: { entry, listen } } }),
    `groups.web.listen[1].name: "a" is not accepted; expected ${expected}`,
  );
});

test("a group of type job cannot listen", () => {
  assert.is(
    messageOf({ name: "a", groups: { web: { entry, type: "job", listen: 80 } } }),
    "groups.web.listen: a group of type 'job' gets its work from calls and cannot listen",
  );
});

test("a value that is long is cut, and one that cannot be shown is named by its type", () => {
  const long = messageOf({ name: "a", groups: { web: { entry, type: "y".repeat(500) } } });
  assert.ok(long.length < 160, long);
  const circle: { self?: unknown } = {};
  circle.self = circle;
  assert.match(
    messageOf({ name: "a", groups: { web: { entry, cwd: circle } } }),
    /^groups\.web\.cwd: object is not/,
  );
  assert.match(
    messageOf({ name: "a", groups: { web: { entry, cwd: 1n } } }),
    /^groups\.web\.cwd: bigint is not/,
  );
  assert.match(messageOf({ name: "a", groups: { web: { entry, cwd: Symbol("x") } } }), /^groups\.web\.cwd: /);
});

test("a message is one line", () => {
  for (const value of ["a\nb", { "a\nb": 1 }, { toJSON: () => "x\ny" }]) {
    assert.not.match(messageOf({ name: "a", groups: { web: { entry, type: value } } }), /\n/);
  }
  assert.not.match(messageOf({ name: "a", "x\ny": 1 }), /\n/);
  assert.not.match(messageOf({ name: "a", groups: { "x\ny": { entry } } }), /\n/);
});

test("everything that is left out has its default", () => {
  assert.equal(group({}), {
    name: "web",
    index: 0,
    type: "service",
    entry: "/srv/web.ts",
    runtime: "node",
    min: 1,
    max: 1,
    listen: [],
    calls: [],
    jobs: resolveJobs(""),
    args: [],
    env: {},
    cwd: "/srv",
    execArgv: [],
    permissions: "all",
    user: undefined,
    restart: undefined,
    timeouts: { hello: 10_000, ready: 30_000, heartbeat: 30_000, drain: 30_000, linger: 5_000, stop: 10_000 },
  });
});

test("a key that is undefined is one that is left out", () => {
  const nothing = {
    workers: undefined,
    listen: undefined,
    cwd: undefined,
    drain: undefined,
    restart: undefined,
  };
  assert.equal(group(nothing), group({}));
});

test("what is given is taken", () => {
  const given = group({
    workers: { min: 0, max: 4 },
    drain: "5s",
    stop: 250,
    cwd: "app",
    entry: "/abs.ts",
    restart: policy,
  });
  assert.equal([given.min, given.max], [0, 4]);
  assert.equal([given.timeouts.drain, given.timeouts.stop], [5000, 250]);
  assert.equal([given.cwd, given.entry, given.restart], ["/srv/app", "/abs.ts", policy]);
});

for (const [listen, expected] of [
  [3000, [{ port: 3000, name: "default" }]],
  [0, [{ port: 0, name: "default" }]],
  ["/run/web.sock", [{ path: "/run/web.sock", name: "default" }]],
  ["3000.sock", [{ path: "3000.sock", name: "default" }]],
  [
    [80, { port: 443, name: "tls" }],
    [
      { port: 80, name: "default" },
      { port: 443, name: "tls" },
    ],
  ],
  [
    [80, 81],
    [
      { port: 80, name: "default" },
      { port: 81, name: "81" },
    ],
  ],
] as const) {
  test(`listen: ${JSON.stringify(listen)}`, () => {
    const { listen: resolved, type } = group({ listen });
    assert.equal(resolved, expected);
    assert.is(type, "reactor");
  });
}

test.run();
