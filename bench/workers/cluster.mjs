/** What a user writes by hand: a primary that forks again on every exit. */
import cluster from "node:cluster";
import process from "node:process";
import { fileURLToPath } from "node:url";

cluster.setupPrimary({ exec: fileURLToPath(new URL("bare.mjs", import.meta.url)) });

function fork(port) {
  cluster.fork({ PORT: port }).on("exit", () => fork(port));
}

for (const place of process.env.BENCH_PORTS.split(",")) {
  const [port, workers = "1"] = place.split(":");
  for (let i = 0; i < Number(workers); i++) fork(port);
}
