import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { Suite } from "../_suite.ts";
import { testsIn } from "../behaviour/_pool.ts";
import type { World } from "../behaviour/_worlds.ts";
import { poolFor } from "../harness/pool.ts";
import { node, supervisorCommand } from "../harness/supervisor.ts";
import { alive, fixture, gone } from "./_spawn.ts";

/** What becomes of a worker whose supervisor was killed. */
export function orphanBehaviours(suite: Suite, world: World): void {
  const test = testsIn(suite, world);
  const register = fileURLToPath(new URL("../harness/register.mjs", import.meta.url));

  /** Without setpriv on the path the worker watches by itself. */
  const guards = { system: process.env.PATH, thread: "/nowhere" };

  for (const [when, guard] of ["import", "setup", "run", "never"].flatMap((when) => [
    [when, "system"] as const,
    [when, "thread"] as const,
  ])) {
    test(
      `no worker outlives a killed supervisor by 2 s, busy at: ${when}, guard: ${guard}`,
      { brief: when === "run" },
      async (t) => {
        const command = supervisorCommand(process.execPath, "--import", register);
        const [file, ...args] = [...command, fixture("supervisor.ts"), fixture("busy.worker.mjs"), when];
        const env = { POOLABLE_NODE: node, ...process.env, PATH: guards[guard], WORKERS: world.runtime };
        const supervisor = spawn(file!, args, { env, stdio: ["ignore", "pipe", "inherit"] });
        t.defer(() => supervisor.kill("SIGKILL"));
        let output = "";
        await new Promise<void>((resolve, reject) => {
          supervisor.stdout.on("data", (chunk) => {
            output += chunk;
            if (output.includes("busy")) resolve();
          });
          t.signal.addEventListener("abort", () => reject(new Error(`never busy: ${output}`)));
        });
        const pid = Number(/pid (\d+)/.exec(output)![1]);
        t.defer(() => alive(pid) && process.kill(pid, "SIGKILL"));
        assert.ok(alive(pid));
        supervisor.kill("SIGKILL");
        const started = performance.now();
        await gone(t, pid);
        assert.ok(performance.now() - started < 2000, `${Math.round(performance.now() - started)} ms`);
      },
    );
  }

  for (const guard of ["system", "thread"] as const) {
    test(
      `what a worker has started ends with a killed supervisor, guard: ${guard}`,
      { brief: guard === "system" },
      async (t) => {
        const command = supervisorCommand(process.execPath, "--import", register);
        const [file, ...args] = [...command, fixture("supervisor.ts"), fixture("children.worker.mjs")];
        // A folder with the commands that are needed, and without setpriv.
        const commands = mkdtempSync("/tmp/po-");
        t.defer(() => rmSync(commands, { recursive: true, force: true }));
        for (const name of ["sh", "sleep"]) symlinkSync(`/bin/${name}`, join(commands, name));
        const path = guard === "system" ? process.env.PATH : commands;
        const env = { POOLABLE_NODE: node, ...process.env, PATH: path, WORKERS: world.runtime };
        const supervisor = spawn(file!, args, { env, stdio: ["ignore", "pipe", "inherit"] });
        t.defer(() => supervisor.kill("SIGKILL"));
        let output = "";
        const found = await new Promise<RegExpExecArray>((resolve, reject) => {
          supervisor.stdout.on("data", (chunk) => {
            output += chunk;
            const match = /children (\d+) (\d+) of (\d+)/.exec(output);
            if (match) resolve(match);
          });
          t.signal.addEventListener("abort", () => reject(new Error(`no children: ${output}`)));
        });
        const [own, detached, worker] = found.slice(1).map(Number) as [number, number, number];
        for (const pid of [own, detached, worker]) t.defer(() => alive(pid) && process.kill(pid, "SIGKILL"));
        supervisor.kill("SIGKILL");
        await Promise.all([gone(t, worker), gone(t, own)]);
        assert.ok(alive(detached), "what is detached is on its own");
      },
    );
  }

  test("a program that a worker has detached keeps no socket of it", { brief: true }, async (t) => {
    const pool = poolFor(t, {
      name: "detached",
      groups: {
        w: { entry: fixture("children.worker.mjs"), runtime: world.runtime, listen: 0, args: ["listen"] },
      },
    });
    const told = new Promise<RegExpExecArray>((resolve) =>
      pool.hooks.hook("worker:output", ({ line }) => {
        const match = /children (\d+) (\d+)/.exec(line);
        if (match) resolve(match);
      }),
    );
    await pool.start();
    const [, , detached] = (await told).map(Number) as [number, number, number];
    t.defer(() => process.kill(detached, "SIGKILL"));
    const open = readdirSync(`/proc/${detached}/fd`).map((fd) => readlinkSync(`/proc/${detached}/fd/${fd}`));
    assert.equal(
      open.filter((target) => target.startsWith("socket:")),
      [],
    );
  });
}
