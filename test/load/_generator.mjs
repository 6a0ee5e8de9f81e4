/**
 * A process that asks a server without a pause, and counts. Started with a JSON of
 * `{ port, clients, kind: "keep-alive" | "fresh" | "mixed", path }`; it says `started` when every client has had
 * an answer, and at the end of its stdin a JSON of what came: every request that was written and not answered in
 * full is a failure.
 */
import { Agent, request } from "node:http";
import process from "node:process";

/** A client that waits longer hangs. */
const hangsAfter = 10_000;

const { port, clients, kind, path } = JSON.parse(process.argv[2]);
const result = { requests: 0, failed: 0, hung: 0, reasons: {}, pids: {}, latencies: [], connects: [] };
const failedAt = [];
let isOver = false;
let answered = 0;

/** @param {Agent | false} agent */
function ask(agent) {
  return new Promise((resolve) => {
    const started = performance.now();
    let isSettled = false;
    const settle = (/** @type {string | undefined} */ reason, /** @type {string} */ body) => {
      if (isSettled) return;
      isSettled = true;
      const tookMs = performance.now() - started;
      result.requests += 1;
      result.latencies.push(tookMs);
      if (reason === undefined) result.pids[body] = (result.pids[body] ?? 0) + 1;
      else {
        result.failed += 1;
        result.reasons[reason] = (result.reasons[reason] ?? 0) + 1;
        failedAt.push({ at: Date.now(), reason, tookMs });
      }
      resolve(undefined);
    };
    const asked = request({ host: "127.0.0.1", port, path, agent }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk) => (body += chunk));
      response.on("end", () =>
        settle(response.statusCode === 200 ? undefined : `${response.statusCode}`, body),
      );
      response.on("error", (error) => settle(`answer: ${error.code}`, ""));
      response.on("close", () => settle(response.complete ? undefined : "cut", body));
    });
    asked.on("socket", (socket) => {
      if (!socket.connecting) return;
      const began = performance.now();
      socket.once("connect", () => result.connects.push(performance.now() - began));
    });
    asked.on("error", (error) => settle(`${error.code ?? error.message}`, ""));
    asked.setTimeout(hangsAfter, () => {
      result.hung += 1;
      asked.destroy(new Error("hung"));
    });
    asked.end();
  });
}

async function client(/** @type {number} */ index) {
  const isKept = kind === "keep-alive" || (kind === "mixed" && index % 2 === 0);
  const agent = isKept ? new Agent({ keepAlive: true, maxSockets: 1 }) : false;
  for (let n = 0; !isOver; n += 1) {
    await ask(agent);
    if (n === 0 && ++answered === clients) process.stdout.write("started\n");
  }
  if (agent) agent.destroy();
}

process.stdin.resume().on("end", () => (isOver = true));
await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));

const sorted = (/** @type {number[]} */ list) => list.toSorted((a, b) => a - b);
const [latencies, connects] = [sorted(result.latencies), sorted(result.connects)];
const round = (/** @type {number | undefined} */ value) => Math.round((value ?? 0) * 10) / 10;
const { requests, failed, hung, reasons, pids } = result;
process.stdout.write(
  `${JSON.stringify({
    requests,
    failed,
    hung,
    reasons,
    pids,
    failedAt,
    p99Ms: round(latencies[Math.floor(latencies.length * 0.99)]),
    maxMs: round(latencies.at(-1)),
    maxConnectMs: round(connects.at(-1)),
    connections: connects.length,
  })}\n`,
);
