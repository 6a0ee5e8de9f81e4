import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { Suite } from "../_suite.ts";
import { node, supervisorCommand } from "../harness/supervisor.ts";
import { alive, fixture, gone } from "./_spawn.ts";
import { testsIn } from "../behaviour/_pool.ts";
import type { World } from "../behaviour/_worlds.ts";

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
}
