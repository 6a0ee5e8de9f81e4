import { connect } from "node:net";
import { dirname } from "node:path";
import { isRecord } from "../../core/config/check.ts";
import { messageOf } from "../../core/contract/errors.ts";
import type { InheritedListener, OpenListener, ProcessEnd, Runtime } from "../../core/contract/runtime.ts";
import type { Frame } from "../../core/protocol/frames.ts";
import type { Probe } from "./table.ts";

/** What a probe has found. */
export interface Ability {
  readonly name: string;
  readonly title: string;
  readonly can: boolean;
  /** Why it cannot, one line; `null` when it can. */
  readonly reason: string | null;
  /** From the start of the process to the answer, milliseconds. */
  readonly tookMs: number;
}

/**
 * Runs one probe: a worker of a runtime that is open, ended when it has answered, or after `limitMs`. Never rejects.
 *
 * @param entry the probe's file; the worker runs in its folder.
 */
export async function attempt(
  runtime: Runtime,
  probe: Probe,
  entry: string,
  limitMs: number,
): Promise<Ability> {
  const { name, title } = probe;
  const begin = performance.now();
  let listener: OpenListener | undefined;
  let reason: string | null;
  try {
    if (probe.listens) listener = await runtime.openListener!({ port: 0, host: "127.0.0.1" });
    reason = await run(runtime, probe, entry, limitMs, listener);
  } catch (error) {
    reason = messageOf(error);
  } finally {
    listener?.close();
  }
  const told = reason?.replaceAll(`${dirname(entry)}/`, "") ?? null;
  return { name, title, can: reason === null, reason: told, tookMs: Math.round(performance.now() - begin) };
}

/** Resolves when the process has ended: with `null`, or with what kept it from what it tried. */
function run(
  runtime: Runtime,
  { permissions = "all" }: Probe,
  entry: string,
  limitMs: number,
  listener: OpenListener | undefined,
): Promise<string | null> {
  const listeners: InheritedListener[] = listener
    ? [{ name: "default", fd: listener.fd, host: listener.host, port: listener.port }]
    : [];
  return new Promise((resolve) => {
    let outcome: string | null | undefined;
    const timer = setTimeout(() => {
      outcome ??= `no answer in ${limitMs / 1_000} s`;
      worker.signal("SIGKILL", "group");
    }, limitMs);
    const worker = runtime.spawn(
      {
        pool: "doctor",
        slot: "probe#0",
        group: "probe",
        type: "service",
        epoch: 1,
        generation: 1,
        plugins: {},
        heartbeatMs: limitMs,
        entry,
        args: [],
        execArgv: [],
        permissions,
        env: runtime.environment({}),
        cwd: dirname(entry),
        listeners,
      },
      {
        spawned() {},
        frame(frame) {
          if (frame.type === "ready" && listener) visit(listener);
          if (frame.type === "error") outcome ??= messageIn(frame);
          if (frame.type !== "goodbye") return;
          outcome ??= frame.kind === "done" ? null : String(frame.reason);
          worker.send({ type: "ack" });
        },
        violation: ({ detail }) => (outcome ??= detail),
        disconnected() {},
        output() {},
        exited(end) {
          clearTimeout(timer);
          resolve(outcome === undefined ? howItEnded(end) : outcome);
        },
      },
    );
  });
}

function visit({ port, host }: OpenListener): void {
  const socket = connect({ port: port!, host });
  // What becomes of it, the worker tells.
  socket.on("error", () => {}).resume();
}

function messageIn({ error }: Frame): string {
  return isRecord(error) ? messageOf(new Error(String(error.message))) : "it failed";
}

function howItEnded({ spawnError, code, signal, stderrTail }: ProcessEnd): string {
  if (spawnError !== undefined) return spawnError;
  const line = stderrTail.split("\n").find((text) => /error/i.test(text));
  return `it ended with ${signal ?? `code ${code}`}${line === undefined ? "" : `: ${line.trim().slice(0, 200)}`}`;
}
