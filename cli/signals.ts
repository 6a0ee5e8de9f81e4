import type { PluginContext } from "../core/contract/plugin-context.ts";
import type { Plugin } from "../core/contract/plugin.ts";
import type { Pool } from "../core/contract/pool.ts";
import { runningPlugin } from "../runtimes/running-plugin.ts";
import { watchTerminal } from "./watch-terminal.ts";

/** A signal that comes this soon after the first is the same wish: npm and a terminal both deliver one Ctrl-C. */
const ECHO_MS = 100;

/**
 * Stops the pool at SIGINT or SIGTERM, and kills it at the next one; reloads it at SIGHUP and SIGUSR2 (soft) and
 * SIGUSR1 (hard). A SIGHUP because the pool's terminal was closed stops it. The handlers stay until the returned function
 * is called: a third signal, or one that comes late, must not end the supervisor before its workers.
 */
export function handleSignals(pool: Pool, say: (line: string) => void): () => void {
  const isTerminalClosed = watchTerminal();
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

  function reload(signal: string, hard: boolean): void {
    say(`${signal}: ${hard ? "hard" : "soft"} reload`);
    // Why not is in the log, whoever asked.
    pool.reload({ hard }).catch(() => {});
  }

  async function onHangup(signal: string): Promise<void> {
    if (!(await isTerminalClosed())) return reload(signal, false);
    say(`${signal}: the terminal was closed, stopping`);
    stop(`${signal}, the terminal was closed`);
  }

  const handlers: Partial<Record<NodeJS.Signals, (signal: NodeJS.Signals) => void>> = {
    SIGINT: onStop,
    SIGTERM: onStop,
    // To a supervisor in a terminal it says that the terminal is closed; a service is told to reload.
    SIGHUP: (signal) => void onHangup(signal),
    SIGUSR2: (signal) => reload(signal, false),
    // Node opens its debugger at SIGUSR1 only while nobody listens to it.
    SIGUSR1: (signal) => reload(signal, true),
  };
  const entries = Object.entries(handlers) as [NodeJS.Signals, (signal: NodeJS.Signals) => void][];
  for (const [signal, handler] of entries) process.on(signal, handler);
  return () => entries.forEach(([signal, handler]) => process.off(signal, handler));
}

/**
 * Keeps the supervisor and its workers running when an error is not caught. Reports the error as `plugin:error`, under the
 * name of the plugin if the runtime knows it. The handlers stay until the process ends: an error can come late.
 */
export function faults(say: (line: string) => void): Plugin {
  let report: PluginContext["report"] | undefined;
  const onFault =
    (stage: string) =>
    (error: unknown): void => {
      report?.(runningPlugin() ?? "unknown", stage, error);
      if (error instanceof Error && error.stack) say(error.stack);
    };
  process
    .on("uncaughtException", onFault("uncaught exception"))
    .on("unhandledRejection", onFault("unhandled rejection"));
  return { name: "faults", setup: (pool) => void (report = pool.report) };
}
