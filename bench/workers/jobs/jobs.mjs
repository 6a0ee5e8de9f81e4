/** The jobs that every pool runs. */
import { performance } from "node:perf_hooks";

export const addOne = (number) => number + 1;
export const echo = (value) => value;
export function spin(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}
