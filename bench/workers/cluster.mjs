/**
 * What a user writes by hand: a primary that forks again on every exit, and at SIGUSR2 replaces its workers one after
 * the other: fork a new one, wait until it listens, disconnect the old one, and kill it if it does not end in time.
 */
import cluster from "node:cluster";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";

const endsWithin = 10_000;
const program = process.env.BENCH_PROGRAM ?? "bare.mjs";
cluster.setupPrimary({ exec: fileURLToPath(new URL(program, import.meta.url)) });

/** The port of each worker. */
const ports = new Map();

function fork(port) {
  const worker = cluster.fork({ PORT: port });
  ports.set(worker, port);
  worker.on("exit", () => {
    ports.delete(worker);
    if (!worker.exitedAfterDisconnect) fork(port);
  });
  return worker;
}

async function roll() {
  for (const [old, port] of [...ports]) {
    await once(fork(port), "listening");
    const exited = once(old, "exit");
    old.disconnect();
    const timer = setTimeout(() => old.process.kill("SIGKILL"), endsWithin);
    await exited;
    clearTimeout(timer);
  }
}

for (const place of process.env.BENCH_PORTS.split(",")) {
  const [port, workers = "1"] = place.split(":");
  for (let i = 0; i < Number(workers); i++) fork(port);
}

process.on("SIGUSR2", () => void roll());
