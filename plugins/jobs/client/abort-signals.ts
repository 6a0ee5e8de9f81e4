import { JobError } from "../../../core/contract/job-errors.ts";

/** Who hears of a signal: one listener each, however many calls hang on it. Runtimes warn of more than ten. */
const heard: WeakMap<AbortSignal, Set<() => void>> = new WeakMap();

/** Calls `then` once when the signal aborts, which it has not yet; returns what ends that. `then` MUST NOT throw. */
export function onAbort(signal: AbortSignal, then: () => void): () => void {
  const known = heard.get(signal);
  const all = known ?? new Set<() => void>();
  if (!known) heard.set(signal, all);
  const tell = (): void => {
    heard.delete(signal);
    for (const each of [...all]) each();
  };
  // The listener stays with the signal: calls come and go faster than listeners do.
  if (!known) signal.addEventListener("abort", tell, { once: true });
  all.add(then);
  return () => void all.delete(then);
}

/** What a call ends with whose signal has aborted. */
export function aborted(what: string, signal: AbortSignal): JobError {
  return new JobError("ABORTED", `${what}: the caller's signal aborted`, { cause: signal.reason });
}
