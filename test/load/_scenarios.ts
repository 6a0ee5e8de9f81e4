import * as assert from "uvu/assert";
import type { Suite, TestContext } from "../_suite.ts";
import { places, start, type Started, type StartOptions } from "../unchanged/_program.ts";
import { IS_FULL, ROUNDS, log, underLoad, waitsAfter, type Kind, type Load } from "./_load.ts";

/** Odd, so that one of them is in the middle. */
const KILLS = IS_FULL ? 9 : 3;

/** Apart in the full run. */
const kinds: readonly Kind[] = IS_FULL ? ["keep-alive", "fresh"] : ["mixed"];

/** A request that begins so much later than a kill is none that the dead one had in hand. Milliseconds. */
const SOON_MS = 250;

function assertNoLoss(load: Load): void {
  assert.equal([load.failures.length, load.hung], [0, 0], JSON.stringify(load));
}

/** What a test needs to know of the pool that is under load. */
interface Under {
  readonly pool: Started;
  /** Runs a command to the pool, which must succeed. */
  run(...words: string[]): Promise<string>;
}

/** What of the scenarios a program goes through. */
export interface Scenarios {
  /** Soft reloads and nothing else. */
  readonly onlyReloads?: boolean;
  /** What may be lost, a share of the requests by kind; nothing when it is left out. */
  readonly loses?: Readonly<Partial<Record<Kind, number>>>;
  readonly options?: StartOptions;
  /** What tells it from others of the same file and place. */
  readonly title?: string;
}

/** Adds the load tests of one program in one of the {@link places}. */
export function loadScenarios(
  test: Suite,
  file: string,
  version: string,
  { onlyReloads = false, loses, options, title = "" }: Scenarios = {},
): void {
  const name = (what: string): string => `${file}, ${version}${title}: ${what}`;

  async function under(t: TestContext, workers: string): Promise<Under> {
    const pool = await start(t, file, { workers, ...places[version], ...options });
    const run = async (...words: string[]): Promise<string> => {
      const { code, stdout, stderr } = await pool.cli.run(words);
      assert.is(code, 0, `${words.join(" ")}: ${stdout}${stderr}`);
      return stdout;
    };
    return { pool, run };
  }

  async function loaded(
    t: TestContext,
    what: string,
    kind: Kind,
    workers: string,
    work: (under: Under) => Promise<void>,
  ): Promise<Load> {
    const all = await under(t, workers);
    const { port } = all.pool;
    const load = await underLoad(t, { port, kind, name: name(what) }, () => work(all));
    // The pool is as well as before.
    assert.is((await all.pool.stop()).code, 0);
    return load;
  }

  for (const kind of kinds) {
    test(
      name(`${ROUNDS} soft reloads of 2 workers, ${kind}: ${loses ? "next to nothing" : "nothing"} fails`),
      { timeout: 240_000, brief: version === "Node 20" },
      async (t) => {
        const load = await loaded(t, `${ROUNDS} soft reloads`, kind, "2", async ({ run }) => {
          for (let n = 0; n < ROUNDS; n++) await run("reload");
        });
        const share = loses?.[kind] ?? 0;
        if (share === 0) assertNoLoss(load);
        else assert.ok(load.failures.length <= share * load.requests, JSON.stringify(load));
        assert.is(load.hung, 0);
        assert.ok(Object.keys(load.pids).length >= ROUNDS);
      },
    );
  }
  if (onlyReloads) return;

  test(
    name("a restart of one of 2 workers at a time, mixed: nothing fails"),
    { timeout: 60_000 },
    async (t) => {
      const load = await loaded(t, "2 restarts", "mixed", "2", async ({ pool, run }) => {
        for (const slot of ["#0", "#1"]) await run("restart", `${pool.group}${slot}`);
      });
      assertNoLoss(load);
    },
  );

  test(name("scale 2 → 4 → 1 → 2, mixed: nothing fails"), { timeout: 60_000 }, async (t) => {
    const load = await loaded(t, "scale 2 → 4 → 1 → 2", "mixed", "1-4", async ({ pool, run }) => {
      for (const count of ["2", "4", "1", "2"]) await run("scale", pool.group, count);
    });
    assertNoLoss(load);
  });

  for (const kind of kinds) {
    test(name(`kill -9, ${kind}: only what it had in hand fails`), { timeout: 60_000 }, async (t) => {
      const kills: number[] = [];
      const load = await loaded(t, "kill -9", kind, "2", async ({ pool }) => {
        let newest: string | undefined;
        while (kills.length < KILLS) {
          const pid = await pool.ask("/slow");
          // In turn: a slot whose workers crash more than five times in a minute is given up.
          if (pid === newest) continue;
          kills.push(performance.timeOrigin + performance.now());
          process.kill(Number(pid), "SIGKILL");
          const said = await pool.supervisor.says(new RegExp(`pid ${pid} ended[^]*ready in .*, pid \\d+\n`));
          newest = [...said.matchAll(/ready in .*, pid (\d+)\n/g)].at(-1)![1];
        }
      });
      const shown = JSON.stringify(load);
      assert.is(load.hung, 0, shown);
      for (const reason of Object.keys(load.reasons)) assert.match(reason, /ECONNRESET|cut|socket hang up/);
      for (const [begin, end] of load.failures) {
        const kill = kills.findLast((time) => time <= end) ?? 0;
        assert.ok(begin <= kill + SOON_MS, `it began ${begin - kill} ms after a kill: ${shown}`);
      }
      // A worker has at most the requests of all 32 clients in hand.
      assert.ok(load.failures.length <= 32 * KILLS, shown);
      // The middle one: what else the machine does to one of them is not judged.
      const waits = waitsAfter(kills, load).toSorted((a, b) => a - b);
      log({ name: name("longest wait after each kill, ms"), kind, waits });
      assert.ok(waits[KILLS >> 1]! <= 250, `fresh connections waited ${waits.join(", ")} ms: ${shown}`);
    });
  }
}
