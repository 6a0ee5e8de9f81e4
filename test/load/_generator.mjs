/**
 * A process that asks a server without a pause, and counts. Started with a JSON of
 * `{ port, clients, kind: "keep-alive" | "fresh" | "mixed", path }`; it says `started` when every client has had
 * an answer, and at the end of its stdin a JSON of what came: every request that was written and not answered in
 * full is a failure. Spans are `[begin, end]` in milliseconds of the epoch.
 */
import { Agent, request } from "node:http";
import process from "node:process";

/** A client that waits longer hangs. */
const hangsAfter = 10_000;

/** Answers that took longer, and turns of this process's own loop that came so much too late, are listed. */
const [slow, late] = [100, 10];

const { port, clients, kind, path } = JSON.parse(process.argv[2]);
const result = { requests: 0, hung: 0, reasons: {}, pids: {}, connections: 0 };
const spans = { failures: [], slowFresh: [], own: [] };
const latencies = [];
let isOver = false;
let answered = 0;

const now = () => performance.timeOrigin + performance.now();

function watchOneself() {
  let last = now();
  const look = () => {
    const at = now();
    if (at - last > late) spans.own.push([last, at]);
    last = at;
  };
  setInterval(look, 1).unref();
}

/** @param {Agent | false} agent */
function ask(agent) {
  return new Promise((resolve) => {
    const began = now();
    let isSettled = false;
    let isFresh = false;
    const settle = (/** @type {string | undefined} */ reason, /** @type {string} */ body) => {
      if (isSettled) return;
      isSettled = true;
      const span = [began, now()];
      const tookMs = span[1] - began;
      result.requests += 1;
      latencies.push(tookMs);
      if (reason === undefined) {
        result.pids[body] = (result.pids[body] ?? 0) + 1;
        if (isFresh && tookMs > slow) spans.slowFresh.push(span);
      } else {
        result.reasons[reason] = (result.reasons[reason] ?? 0) + 1;
        spans.failures.push(span);
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
      isFresh = socket.connecting;
      if (isFresh) result.connections += 1;
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

watchOneself();
process.stdin.resume().on("end", () => (isOver = true));
await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));

latencies.sort((/** @type {number} */ a, /** @type {number} */ b) => a - b);
const p99Ms = latencies[Math.floor(latencies.length * 0.99)];
process.stdout.write(`${JSON.stringify({ ...result, ...spans, p99Ms, maxMs: latencies.at(-1) })}\n`);
