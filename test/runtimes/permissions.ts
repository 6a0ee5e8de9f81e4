import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { GroupConfig, HookPayload, Pool } from "../../index.ts";
import type { Suite, TestContext } from "../_suite.ts";
import { poolFor } from "../harness/pool.ts";
import { folder } from "./_spawn.ts";

/** A runtime that has permissions. */
export interface Guarded {
  readonly runtime: "node" | "deno";
  /** Another executable than the one that is found. */
  readonly executable?: string;
  /** The fewest permissions that it can give. */
  readonly narrowest: Permissions;
}

type Permissions = NonNullable<GroupConfig["permissions"]>;

const root = fileURLToPath(new URL("../fixtures/permissions", import.meta.url));

interface Started {
  readonly pool: Pool;
  /** The answer to a request: its text, or what has been denied. */
  ask(act: string, of?: string): Promise<string>;
  /** The same, and nobody catches what is denied. */
  provoke(act: string, of: string): Promise<HookPayload<"restart:decided">>;
}

/** How workers are kept to the permissions of their group. */
export function permissionBehaviours(test: Suite, { runtime, executable, narrowest }: Guarded): void {
  const groupOf = (permissions: Permissions | undefined, group: Partial<GroupConfig>): GroupConfig => ({
    entry: "./worker.mjs",
    runtime,
    permissions,
    env: { GREETING: "hello", SECRET: "nobody knows" },
    stop: "2s",
    drain: "2s",
    ...group,
  });
  const make = (t: TestContext, group: GroupConfig): Pool => {
    const executables = executable === undefined ? {} : { [runtime]: executable };
    return poolFor(t, { name: "permissions", root, executables, groups: { w: group } });
  };
  const start = async (t: TestContext, permissions: Permissions | undefined): Promise<Started> => {
    const pool = make(t, groupOf(permissions, { listen: 0 }));
    let url = "";
    pool.hooks.hook("listener:opened", ({ at }) => void (url = at));
    await pool.start();
    const get = async (act: string, of: string, more = ""): Promise<string> => {
      const response = await fetch(`${url}${act}?of=${encodeURIComponent(of)}${more}`, { headers: CLOSE });
      const text = await response.text();
      if (response.status === 200) return text;
      return /NotCapable|ERR_ACCESS_DENIED/.test(text) ? "denied" : text;
    };
    return {
      pool,
      ask: (act, of = "") => get(act, of),
      async provoke(act, of) {
        const decided = new Promise<HookPayload<"restart:decided">>((resolve) =>
          pool.hooks.hookOnce("restart:decided", resolve),
        );
        await get(act, of, "&uncaught");
        return decided;
      },
    };
  };
  const isDeno = runtime === "deno";

  test(
    "the narrowest permissions are enough for the channel and the socket, also in a reload",
    { brief: true },
    async (t) => {
      const { pool, ask } = await start(t, narrowest);
      assert.is(await ask("/"), "here");
      const report = await pool.reload();
      assert.equal([report.replaced, report.failed, report.forcedKills], [1, 0, 0]);
      assert.is(await ask("/"), "here");
      const classified: string[] = [];
      pool.hooks.hook("restart:decided", ({ verdict }) => void classified.push(verdict.reason));
      await pool.stop();
      assert.equal(classified, ["stop asked, clean"]);
    },
  );

  test("what is not listed is denied", { brief: true }, async (t) => {
    const { ask } = await start(t, narrowest);
    const url = await server(t);
    const outside = join(folder(t), "outside.txt");
    const acts: [string, string][] = [
      ["/read", "unlisted.txt"],
      ["/read", "data/listed.txt"],
      ["/read", "/etc/hostname"],
      ["/write", outside],
      ["/run", "/bin/echo"],
    ];
    if (isDeno) acts.push(["/env", "SECRET"], ["/net", url], ["/sys", ""]);
    for (const [act, of] of acts) assert.is(await ask(act, of), "denied", `${act} ${of}`);
    // The channel's own is not there for the entry to use.
    assert.is(await ask("/env", "POOLABLE_TOKEN"), "not set");
  });

  test("what is listed is allowed, and its neighbour is not", async (t) => {
    const url = await server(t);
    const neighbour = await server(t);
    const here = folder(t);
    // Deno is not told of what has a comma.
    const mine = join(here, isDeno ? "mine too.txt" : "mine, too.txt");
    const kinds = {
      read: ["./data", "unlisted.txt"],
      write: [mine, join(here, "sub")],
    };
    const more = isDeno
      ? { env: ["GREETING"], net: [new URL(url).host], sys: ["hostname"] as const }
      : (narrowest as object);
    const { ask } = await start(t, { ...kinds, ...more });
    assert.is(await ask("/read", "data/listed.txt"), "listed");
    assert.is(await ask("/read", "unlisted.txt"), "unlisted");
    assert.is(await ask("/read", "worker.mjs.map"), "denied");
    assert.is(await ask("/read", "data.txt"), "denied");
    assert.is(await ask("/write", mine), "written");
    assert.is(await ask("/write", join(here, "other.txt")), "denied");
    assert.is(await ask("/write", join(here, "mine")), "denied");
    assert.is(await ask("/env", "GREETING"), "hello");
    assert.is(await ask("/net", url), "reached");
    assert.is(await ask("/sys"), "string");
    if (!isDeno) return;
    assert.is(await ask("/env", "SECRET"), "denied");
    assert.is(await ask("/net", neighbour), "denied");
  });

  test("true is all of a kind, and no other", async (t) => {
    const { ask } = await start(t, { read: true, env: true, run: true, net: true, sys: true });
    assert.is(await ask("/read", "unlisted.txt"), "unlisted");
    assert.is(await ask("/run", "/bin/echo"), "ran");
    assert.is(await ask("/write", join(folder(t), "x.txt")), "denied");
  });

  test("without permissions everything is allowed, as with 'all'", async (t) => {
    const url = await server(t);
    for (const permissions of [undefined, "all"] as const) {
      const { ask, pool } = await start(t, permissions);
      assert.is(await ask("/read", "unlisted.txt"), "unlisted");
      assert.is(await ask("/write", join(folder(t), "x.txt")), "written");
      assert.is(await ask("/env", "SECRET"), "nobody knows");
      assert.is(await ask("/net", url), "reached");
      assert.is(await ask("/run", "/bin/echo"), "ran");
      await pool.stop();
    }
  });

  test("a worker that ends by what is denied: the reason says what to add", async (t) => {
    const { provoke } = await start(t, narrowest);
    const { verdict } = await provoke("/read", "unlisted.txt");
    assert.is(verdict.class, "uncaught");
    assert.match(verdict.reason, /; groups\.w\.permissions\.read does not allow it: add "unlisted\.txt"$/);
  });

  if (!isDeno) {
    test("the reason says what can only be allowed as a whole", async (t) => {
      const { provoke } = await start(t, narrowest);
      const { verdict } = await provoke("/run", "/bin/echo");
      assert.match(verdict.reason, /; groups\.w\.permissions\.run does not allow it: set it to true$/);
    });
  } else {
    test("the reason names hosts, variables and facts of the system", async (t) => {
      const { provoke, pool } = await start(t, {});
      for (const [act, of, lacking] of [
        ["/net", "http://127.0.0.1:4444/", 'net does not allow it: add "127.0.0.1:4444"'],
        ["/env", "SECRET", 'env does not allow it: add "SECRET"'],
        ["/sys", "", 'sys does not allow it: add "hostname"'],
      ] as const) {
        const ready = new Promise<void>((resolve) =>
          pool.hooks.hook("slot:state", ({ to }) => void (to === "ready" && resolve())),
        );
        const { verdict } = await provoke(act, of);
        assert.ok(verdict.reason.endsWith(`; groups.w.permissions.${lacking}`), verdict.reason);
        await ready;
      }
    });
  }

  test("so does a start that fails by it", async (t) => {
    const pool = make(t, groupOf(narrowest, { entry: "./early.mjs" }));
    const decided = new Promise<HookPayload<"restart:decided">>((resolve) =>
      pool.hooks.hookOnce("restart:decided", resolve),
    );
    await pool.start();
    const { verdict } = await decided;
    assert.is(verdict.class, "startFailure");
    assert.match(verdict.reason, /; groups\.w\.permissions\.read does not allow it: add "unlisted\.txt"$/);
  });
}

/** The connection must not outlive the test. */
const CLOSE = { connection: "close" };

/** A server that answers `reached`. */
async function server({ defer }: TestContext): Promise<string> {
  const made = createServer((_, response) => response.setHeader("connection", "close").end("reached"));
  made.listen(0, "127.0.0.1");
  await once(made, "listening");
  defer(() => new Promise((resolve) => made.close(resolve)));
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
}
