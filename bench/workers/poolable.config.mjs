/** One group for each `port` or `port:workers` in BENCH_PORTS. */
import process from "node:process";

const places = process.env.BENCH_PORTS.split(",").map((place) => place.split(":").map(Number));

// A program that listens by itself is run as it is.
const entry = `./${process.env.BENCH_PROGRAM ?? "poolable.mjs"}`;

export default {
  name: "bench",
  groups: Object.fromEntries(
    places.map(([port, workers = 1]) => [
      `web${port}`,
      { type: "reactor", entry, workers, listen: { port, host: "127.0.0.1" }, env: { PORT: `${port}` } },
    ]),
  ),
};
