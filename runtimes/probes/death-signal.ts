import { spawn } from "node:child_process";
import { once } from "node:events";
import { ownRuntime, runtimeTraits } from "../discovery/traits.ts";
import { deathSignal } from "../spawn/death-signal.ts";

/**
 * Whether the system ends workers with their supervisor: a process of this runtime starts another one as a supervisor
 * does and is killed; the other must be gone before `limitMs`. `true`, or one line that says why not. Never rejects.
 */
export async function probeDeathSignal(limitMs: number): Promise<true | string> {
  const guard = await deathSignal();
  if (guard.length === 0) {
    return process.platform === "linux"
      ? "setpriv (util-linux) is not there, or the supervisor has capabilities, which undo what it does"
      : "only Linux can";
  }
  const [file, ...args] = [...guard, "sh", "-c", "echo worker $$; exec sleep 600"].map((word) =>
    JSON.stringify(word),
  );
  const options = `{ stdio: ["ignore", "inherit", "ignore"], detached: true }`;
  const source = `void process.getBuiltinModule("node:child_process").spawn(${file}, [${args.join()}], ${options})`;
  const words = [...runtimeTraits[ownRuntime].evaluate, source];
  const supervisor = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "ignore"] });
  let [text, worker] = ["", 0];
  const end = (pid: number | undefined): void => {
    try {
      if (pid) process.kill(pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  };
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end(supervisor.pid);
    end(worker);
    supervisor.stdout.destroy();
  }, limitMs);
  supervisor.on("error", () => {});
  supervisor.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    worker = Number(/worker (\d+)\n/.exec(text)?.[1] ?? 0);
    if (worker !== 0) end(supervisor.pid);
  });
  // Both write to one pipe, which closes when neither is left.
  await once(supervisor.stdout, "close").catch(() => {});
  clearTimeout(timer);
  if (worker === 0) return "the process that was to try it did not start";
  return late ? `the worker was still there after ${limitMs / 1_000} s` : true;
}
