/**
 * The load of one trial, in the process of the caller: so many calls are on their way all the time. A caller serves
 * trials on a Unix socket, one line each, so that the same code asks every pool, wherever its caller lives.
 */
import { createServer } from "node:net";
import { performance } from "node:perf_hooks";
import { payloads } from "./workers/jobs/payloads.mjs";

/** Room for the latencies of one trial; what comes after it is counted only. */
const SAMPLES = 4_000_000;

/** Serves trials with `run(payload)`, which promises the result of one job. */
export function serveTrials(path, run) {
  const server = createServer((socket) => {
    let text = "";
    socket.setEncoding("utf8").on("data", async (part) => {
      text += part;
      if (!text.endsWith("\n")) return;
      const wanted = JSON.parse(text);
      text = "";
      const said = await trial(run, wanted).catch((error) => ({ error: String(error.stack ?? error) }));
      socket.write(`${JSON.stringify(said)}\n`);
    });
    socket.on("error", () => {});
  });
  server.listen(path);
  return server;
}

async function trial(run, { payload: name, concurrency, warmMs, ms }) {
  const payload = payloads[name];
  const warm = await load(run, payload, concurrency, warmMs, new Float64Array(0));
  const latencies = new Float64Array(SAMPLES);
  const begin = process.cpuUsage();
  const { jobs, seconds } = await load(run, payload, concurrency, ms, latencies);
  const { user, system } = process.cpuUsage(begin);
  const sorted = latencies.subarray(0, Math.min(jobs, SAMPLES)).toSorted();
  const quantile = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
  return {
    perSecond: jobs / seconds,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    callerMicros: (user + system) / jobs,
    allJobs: warm.jobs + jobs,
  };
}

/** Calls until the time is up, waits for the rest, and counts what was answered in time. */
async function load(run, payload, concurrency, ms, latencies) {
  const begin = performance.now();
  const end = begin + ms;
  let jobs = 0;
  let last = begin;
  async function lane() {
    for (let at = performance.now(); at < end;) {
      const result = await run(payload);
      const now = performance.now();
      if (!payload.isRight(result)) throw new Error(`a wrong result: ${String(result).slice(0, 80)}`);
      if (jobs < latencies.length) latencies[jobs] = now - at;
      jobs++;
      last = at = now;
    }
  }
  await Promise.all(Array.from({ length: concurrency }, lane));
  return { jobs, seconds: (last - begin) / 1_000 };
}
