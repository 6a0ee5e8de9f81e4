/**
 * A process that asks a server as fast as one core can, and counts. Started with a JSON of
 * `{ port, clients, kind: "keep-alive" | "fresh", warmMs, ms }`; at the end it prints a JSON of what came in the `ms`
 * after the `warmMs`.
 *
 * Plain sockets with one buffer and a fixed request: it shares the cores with what it measures, so every microsecond
 * that a client library takes would make the servers look more alike than they are. It trusts the answers to be those
 * of `workers/app.mjs`: all in one piece, the body (12 bytes that name the worker) last.
 */
import { connect } from "node:net";
import process from "node:process";

const bodyBytes = 12;
/** Answers are counted by their time in steps of 20 µs, up to 2 s. */
const stepMs = 0.02;
const steps = new Uint32Array(100_000);

const { port, clients, kind, warmMs, ms } = JSON.parse(process.argv[2]);
const isKept = kind === "keep-alive";
const asked = Buffer.from(`GET / HTTP/1.1\r\nHost: bench\r\n${isKept ? "" : "Connection: close\r\n"}\r\n`);
const buffer = Buffer.allocUnsafe(65_536);
const workers = new Map();
const result = { allRequests: 0, requests: 0, failed: 0 };
let isCounting = false;
let isOver = false;

function client() {
  let began = performance.now();
  let answers = 0;
  let worker = "";
  const took = (/** @type {number} */ bytes) => {
    const now = performance.now();
    // The rest of an answer that came in pieces.
    if (!isKept && answers > 0) return;
    if (worker === "") worker = buffer.latin1Slice(bytes - bodyBytes, bytes).trim();
    answers += 1;
    result.allRequests += 1;
    if (isCounting) {
      result.requests += 1;
      steps[Math.min(steps.length - 1, Math.floor((now - began) / stepMs))] += 1;
      workers.set(worker, (workers.get(worker) ?? 0) + 1);
    }
    if (!isKept) return;
    if (isOver) socket.destroy();
    began = now;
    socket.write(asked);
  };
  const socket = connect({
    port,
    host: "127.0.0.1",
    noDelay: true,
    onread: {
      buffer,
      callback(bytes) {
        took(bytes);
        return true;
      },
    },
  });
  socket.write(asked);
  socket.on("error", () => {});
  socket.on("close", () => {
    if (isOver) return;
    if (isCounting && (isKept || answers !== 1)) result.failed += 1;
    client();
  });
}

for (let index = 0; index < clients; index++) client();

setTimeout(() => {
  isCounting = true;
  const began = performance.now();
  const cpu = process.cpuUsage();
  setTimeout(() => {
    isOver = true;
    isCounting = false;
    const tookMs = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    const share = Math.max(...workers.values()) / result.requests;
    process.stdout.write(
      `${JSON.stringify({
        perSecond: result.requests / (tookMs / 1000),
        ...result,
        p99Ms: quantile(0.99),
        busiest: share,
        workers: workers.size,
        ownCpu: (user + system) / 1000 / tookMs,
      })}\n`,
      () => process.exit(),
    );
  }, ms);
}, warmMs);

function quantile(/** @type {number} */ part) {
  let left = part * result.requests;
  for (const [step, count] of steps.entries()) {
    left -= count;
    if (left < 0) return (step + 1) * stepMs;
  }
  return Number.NaN;
}
