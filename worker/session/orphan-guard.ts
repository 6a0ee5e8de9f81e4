import { SHARE_ENV, Worker } from "node:worker_threads";

/** How often the supervisor is looked for. Every worker must be gone 2 s after it. */
const POLL_MS = 250;

/**
 * Kills this process and its group when the supervisor is gone, also while the main thread is busy: measured,
 * a closed channel alone leaves a worker that computes alive for ever (F4). `process.ppid` changes when the
 * parent dies; the supervisor's own pid is looked at too, because a version manager's shim may stand between.
 */
export function guardAgainstOrphanhood(supervisor: number): void {
  const source = `
    const parent = ${process.ppid};
    const gone = () => {
      if (process.ppid !== parent) return true;
      try { process.kill(${supervisor}, 0); return false; } catch (error) { return error.code === "ESRCH"; }
    };
    const end = (target) => { try { process.kill(target, "SIGKILL"); } catch {} };
    setInterval(() => { if (gone()) { end(${-process.pid}); end(${process.pid}); } }, ${POLL_MS});
  `;
  try {
    // No execArgv: a preload of the worker must not run a second time in here.
    const thread = new Worker(source, { eval: true, execArgv: [], env: SHARE_ENV, name: "poolable guard" });
    thread.on("error", () => {});
    thread.unref();
  } catch {
    // Threads are forbidden (`--permission` without `--allow-worker`): the closed channel must do.
  }
}
