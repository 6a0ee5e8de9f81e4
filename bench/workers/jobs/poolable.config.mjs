/** One reactor that calls two job workers, all else at its defaults. */
export default {
  name: "bench",
  groups: {
    caller: { type: "reactor", entry: "./caller.mjs", env: { BENCH_SOCKET: true }, calls: ["work"] },
    // 256 buffers of 1 MB wait in the caller, which the default of 64 MiB would refuse.
    work: { type: "job", entry: "./poolable.mjs", workers: 2, jobs: { maxQueuedBytes: 2 ** 29 } },
  },
};
