// A job worker. Generators give way at each `yield`, so that short jobs are answered while long ones compute.
import { defineWorker } from "poolable/worker";

const worker = defineWorker({
  jobs: {
    /** @param {number} number */
    square: (number) => number * number,

    /**
     * Yields each prime below a limit, and returns how many there are.
     *
     * @param {number} limit
     * @param {import("poolable/worker").Job} job
     * @returns {Generator<number | undefined, { count: number, by: number }>}
     */
    *primes(limit, job) {
      let count = 0;
      for (let candidate = 2; candidate < limit; candidate++) {
        if (isPrime(candidate)) {
          count++;
          yield candidate;
        } else if (candidate % 1_000 === 0) {
          job.progress(candidate / limit);
          yield;
        }
      }
      return { count, by: process.pid };
    },
  },
});
export default worker;

/** @param {number} number */
function isPrime(number) {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return true;
}
