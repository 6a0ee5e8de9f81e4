import { Worker, SHARE_ENV } from 'node:worker_threads';

const LIMIT_MS = 1e3;
const LIMITS = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 };
function createWatchdog({ path }, heartbeatMs) {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const workerData = {
    beats,
    path,
    everyMs: Math.max(20, heartbeatMs / 4),
    silentMs: 2 * heartbeatMs,
    limitMs: Math.min(LIMIT_MS, heartbeatMs / 4)
  };
  const start = () => {
    try {
      const thread = new Worker(`(${String(watch)})()`, {
        eval: true,
        execArgv: [],
        env: SHARE_ENV,
        resourceLimits: LIMITS,
        workerData,
        name: "poolable watchdog"
      });
      thread.on("error", () => {
      });
      thread.unref();
    } catch {
    }
  };
  return {
    // Not before: on the way to ready it would be in the way, and nobody waits for heartbeats yet.
    frame: ({ type }) => void (type === "ready" && setImmediate(start)),
    beat: () => void Atomics.add(beats, 0, 1)
  };
}
function watch() {
  const { getBuiltinModule: load } = process;
  const { Session } = load("node:inspector");
  const { renameSync, rmSync, writeFileSync } = load("node:fs");
  const { beats, path, everyMs, silentMs, limitMs } = load("node:worker_threads").workerData;
  let last = -1;
  let changedAt = 0;
  let lookedAt = performance.now();
  let isTold = false;
  setInterval(() => {
    const now = performance.now();
    const wasStopped = now - lookedAt > 2 * everyMs + silentMs / 4;
    lookedAt = now;
    const count = Atomics.load(beats, 0);
    if (count !== last || wasStopped) {
      if (isTold) rmSync(path, { force: true });
      [last, changedAt, isTold] = [count, now, false];
    } else if (!isTold && now - changedAt >= silentMs) {
      isTold = true;
      look();
    }
  }, everyMs);
  function look() {
    const session = new Session();
    const urls = /* @__PURE__ */ new Map();
    session.connectToMainThread();
    const late = setTimeout(() => end(null), limitMs);
    session.on("Debugger.scriptParsed", ({ params }) => urls.set(params.scriptId, params.url));
    session.once("Debugger.paused", ({ params }) => {
      session.post("Debugger.resume");
      const lines = params.callFrames.slice(0, 50).map(({ functionName, location }) => {
        const { scriptId, lineNumber, columnNumber = 0 } = location;
        const place = `${urls.get(scriptId) ?? ""}:${lineNumber + 1}:${columnNumber + 1}`;
        return `at ${functionName || "<anonymous>"} (${place})`;
      });
      end(lines.join("\n"));
    });
    session.post("Debugger.enable");
    session.post("Debugger.pause");
    function end(stack) {
      clearTimeout(late);
      session.disconnect();
      writeFileSync(`${path}.new`, JSON.stringify({ stack }), { mode: 384 });
      renameSync(`${path}.new`, path);
    }
  }
}

export { createWatchdog };
