import type { Pool } from "../core/pool.ts";
import { messageOf } from "../core/errors.ts";

/** A signal that comes this soon after the first is the same wish: npm and a terminal both deliver one Ctrl-C. */
const ECHO_MS = 100;

/**
 * Stops the pool at SIGINT or SIGTERM, and kills it at the next one. The handlers stay until the returned function
 * is called: a third signal, or one that comes late, must not end the supervisor before its workers.
 */
export function handleSignals(pool: Pool, say: (line: string) => void): () => void {
  let askedAt: number | undefined;
  let forced = false;

  function stop(signal: string): void {
    if (askedAt !== undefined) return;
    askedAt = performance.now();
    void pool.stop({ reason: signal });
  }

  function onStop(signal: NodeJS.Signals): void {
    if (askedAt === undefined) {
      const again = signal === "SIGINT" ? "press Ctrl-C again" : `send ${signal} again`;
      say(`${signal}: stopping; ${again} to kill what is left`);
      return stop(signal);
    }
    if (forced || performance.now() - askedAt < ECHO_MS) return;
    forced = true;
    say(`${signal}: killing what is left`);
    void pool.stop({ now: true, reason: signal });
  }

  // The terminal is closed. Nobody reads what is said now.
  function onHangup(): void {
    stop("SIGHUP");
  }

  process.on("SIGINT", onStop).on("SIGTERM", onStop).on("SIGHUP", onHangup);
  return () => void process.off("SIGINT", onStop).off("SIGTERM", onStop).off("SIGHUP", onHangup);
}

/** Turns an error that nobody caught into an orderly stop. Returns whether there was one. */
export function handleFaults(pool: Pool, say: (line: string) => void): () => boolean {
  let failed = false;
  function onFault(error: unknown): void {
    say(`uncaught error in the supervisor, stopping: ${messageOf(error)}`);
    if (error instanceof Error && error.stack) say(error.stack);
    failed = true;
    void pool.stop({ reason: "uncaught error in the supervisor" });
  }
  process.on("uncaughtException", onFault).on("unhandledRejection", onFault);
  return () => failed;
}
