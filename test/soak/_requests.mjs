/**
 * A process that sends `rate` requests a second and writes each failure down. Half of them use kept connections. Takes
 * a JSON of `{ port, rate, folder }`; it ends with its stdin, and prints a JSON of the counts.
 */
import { appendFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import process from "node:process";

const { port, rate, folder } = JSON.parse(process.argv[2]);
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const counts = { requests: 0, failed: 0, hung: 0, pending: 0 };
const latencies = [];
/** When the connections were opened, and from which port: ports come again. */
const opened = new WeakMap();
let next = 0;

function send(path = "/") {
  const id = String(next++);
  const isKept = next % 2 === 0;
  const began = performance.now();
  /** The connection that it went over: its port here, and when it was opened. */
  let connection = { localPort: 0, openedAt: 0 };
  let isSettled = false;
  counts.pending += 1;
  const settle = (reason) => {
    if (isSettled) return;
    isSettled = true;
    counts.pending -= 1;
    counts.requests += 1;
    latencies.push(performance.now() - began);
    if (latencies.length > 200_000) latencies.splice(0, 100_000);
    if (reason === undefined) return;
    counts.failed += 1;
    const failure = {
      at: Date.now(),
      id,
      path,
      isKept,
      ...connection,
      reason,
      tookMs: Math.round(performance.now() - began),
    };
    appendFileSync(join(folder, "failures"), `${JSON.stringify(failure)}\n`);
  };
  const sent = request(
    { host: "127.0.0.1", port, path, agent: isKept ? agent : false, headers: { "x-id": id } },
    (response) => {
      response.resume();
      response.on("end", () => settle(response.statusCode === 200 ? undefined : `${response.statusCode}`));
      response.on("error", (error) => settle(error.code));
      response.on("close", () => settle(response.complete ? undefined : "cut"));
    },
  );
  sent.on("socket", (socket) => {
    const note = () => (connection = opened.get(socket));
    if (!socket.connecting) return note();
    socket.once("connect", () => {
      opened.set(socket, { localPort: socket.localPort, openedAt: Date.now() });
      note();
    });
  });
  sent.on("error", (error) => settle(error.code ?? error.message));
  sent.setTimeout(15_000, () => {
    counts.hung += 1;
    sent.destroy(new Error("hung"));
  });
  sent.end();
}

let due = performance.now();
const timer = setInterval(() => {
  // What this process was too late for is left out: it would come as one burst.
  if (performance.now() - due > 1_000) due = performance.now();
  for (; due < performance.now(); due += 1_000 / rate) send();
}, 5);

process.stdin.setEncoding("utf8");
process.stdin.on("data", (text) => {
  for (const path of text.split("\n").filter(Boolean)) send(path);
});
process.stdin.on("end", () => {
  clearInterval(timer);
  const wait = setInterval(() => {
    if (counts.pending > 0) return;
    clearInterval(wait);
    agent.destroy();
    latencies.sort((a, b) => a - b);
    const at = (share) => Math.round(latencies[Math.floor((latencies.length - 1) * share)] ?? 0);
    console.log(JSON.stringify({ ...counts, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) }));
  }, 50);
});
