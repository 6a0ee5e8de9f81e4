/** One reactor that calls two job workers, all else at its defaults. */
export default {
  name: "bench",
  groups: {
    caller: { type: "reactor", entry: "./caller.mjs", env: { BENCH_SOCKET: true }, calls: ["work"] },
    work: { type: "job", entry: "./poolable.mjs", workers: 2 },
  },
};
