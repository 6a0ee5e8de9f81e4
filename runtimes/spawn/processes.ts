import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { messageOf } from "../../core/contract/errors.ts";
import type { ProcessEnd, SpawnRequest, WorkerProcess, WorkerSink } from "../../core/contract/runtime.ts";
import type { Welcome } from "../../core/protocol/messages.ts";
import type { Channel, ChannelLink } from "../channel/channel.ts";
import { watchOom, type OomWatch } from "../figures/oom-kills.ts";
import type { Lent } from "../sockets/socket-calls.ts";
import { socketCalls } from "../sockets/sockets.ts";
import { guardGroup, killGrandchildren, releaseGroup } from "./grandchildren.ts";
import { readOutput, type Output } from "./output.ts";

/** Longest wait, after a process has ended, for its last frames and lines. A grandchild may hold its pipes. */
const LAST_WORDS_MS = 500;

/** What is executed for a worker. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Words before the file that make the worker die with the supervisor; none, and the worker watches by itself. */
  readonly guard?: readonly string[];
  /** Why the process may not be a worker, in one line; called at its hello, before it is told anything. */
  refuseProcess?: ((pid: number) => string | undefined) | undefined;
}

/**
 * Starts one worker as a process group of its own, connected through `channel`: what every adapter's `spawn` is
 * made of. Keeps the contract of {@link Runtime.spawn}: never throws, and `sink.exited` comes exactly once.
 */
export function spawnWorker(
  channel: Channel,
  command: Command,
  request: SpawnRequest,
  sink: WorkerSink,
): WorkerProcess {
  const token = randomBytes(32).toString("hex");
  const { guard = [] } = command;
  let child: ChildProcess | undefined;
  let output: Output | undefined;
  let oom: OomWatch | undefined;
  let oomKills: number | undefined;
  let exit: { code: number | null; signal: string | null } | undefined;
  let reported = false;
  let failed = false;
  let descriptors: readonly number[] = [];

  const link: ChannelLink = channel.expect(token, request.epoch, {
    frame(frame) {
      if (frame.type === "hello") {
        const detail = command.refuseProcess?.(child!.pid!);
        if (detail !== undefined) return void (reported || sink.violation({ kind: "badHello", detail }));
        // Before the kernel sees the hello, so that whatever it says next comes after the welcome.
        link.send({ type: "welcome", welcome: welcomeOf(request, descriptors) });
      }
      if (!reported) sink.frame(frame);
    },
    violation: (violation) => void (reported || sink.violation(violation)),
    disconnected() {
      if (!reported) sink.disconnected();
      settle();
    },
  });

  function report(end: ProcessEnd): void {
    if (reported) return;
    output?.close();
    reported = true;
    link.forget();
    sink.exited(end);
  }

  function settle(atLast = false): void {
    if (!exit || (!atLast && (link.connected || !output?.ended))) return;
    output?.close();
    report({
      ...exit,
      stderrTail: output?.tail.text() ?? "",
      ...(oomKills === undefined ? {} : { oomKills }),
    });
  }

  const fail = (error: unknown): void => {
    failed = true;
    report({ code: null, signal: null, spawnError: explain(error, command, request), stderrTail: "" });
  };

  let lent: Lent | undefined;
  try {
    lent = lend(request);
    descriptors = lent.numbers;
    const [file, ...args] = [...guard, command.file, ...command.args] as [string, ...string[]];
    child = spawn(file, args, {
      cwd: request.cwd,
      env: { ...request.env, ...channelEnvironment(channel.path, token, request, guard.length > 0) },
      stdio: ["ignore", "pipe", "pipe", ...lent.stdio],
      detached: true,
      shell: false,
      windowsHide: true,
    });
  } catch (error) {
    setImmediate(fail, error);
    return { send: () => false, signal: () => false, disconnect() {} };
  } finally {
    lent?.done();
  }

  const pid = child.pid;
  child.on("error", (error) => {
    if (pid === undefined) fail(error);
  });
  if (pid !== undefined) {
    oom = watchOom(pid);
    output = readOutput(
      { stdout: child.stdout, stderr: child.stderr },
      (stream, line) => void (reported || sink.output(stream, line)),
      () => settle(),
    );
    guardGroup(pid);
    child.once("spawn", () => sink.spawned(pid));
    child.once("exit", (code, signal) => {
      exit = { code, signal };
      // A wrapper tells it as a code.
      if (signal === "SIGKILL" || code === 137) oomKills = oom?.take();
      oom?.close();
      killGrandchildren(pid);
      releaseGroup(pid);
      setTimeout(settle, LAST_WORDS_MS, true);
      // A worker that said hello and ended at once may still be in the accept queue: three turns take it out,
      // read it, and see its end.
      afterTurns(3, () => settle());
    });
  }

  return {
    send: (frame) => !reported && link.send(frame),
    signal(signal, target) {
      if (pid === undefined || failed || exit) return false;
      return kill(target === "group" ? -pid : pid, signal);
    },
    disconnect: () => link.disconnect(),
  };
}

/** `process.kill`, never `child.kill`: under Deno that closes the channel and makes up the exit signal. */
function kill(target: number, signal: "SIGTERM" | "SIGKILL"): boolean {
  try {
    return process.kill(process.platform === "win32" ? Math.abs(target) : target, signal);
  } catch {
    return false;
  }
}

function afterTurns(turns: number, then: () => void): void {
  if (turns === 0) then();
  else setImmediate(() => afterTurns(turns - 1, then));
}

function channelEnvironment(
  path: string,
  token: string,
  request: SpawnRequest,
  guarded: boolean,
): Record<string, string> {
  return {
    POOLABLE_CHANNEL: path,
    POOLABLE_TOKEN: token,
    POOLABLE_EPOCH: String(request.epoch),
    POOLABLE_SLOT: request.slot,
    POOLABLE_SUPERVISOR: String(process.pid),
    POOLABLE_GUARDED: guarded ? "1" : "",
  };
}

/** What the worker inherits. Throws when the system has no more of it. */
function lend({ listeners }: SpawnRequest): Lent {
  const fds = listeners.flatMap(({ fd }) => fd ?? []);
  const calls = socketCalls();
  // Who cannot open sockets has none to lend.
  return typeof calls === "string" ? { stdio: [], numbers: [], done() {} } : calls.lend(fds);
}

/** `descriptors` are the worker's own numbers of what it inherits, in the order of its listeners. */
function welcomeOf(request: SpawnRequest, descriptors: readonly number[]): Welcome {
  const { pool, slot, group, type, epoch, generation, heartbeatMs, lingerMs, loadMs, plugins } = request;
  const numbers = descriptors.values();
  const listeners = request.listeners.map(({ fd, ...listener }) => ({
    ...listener,
    fd: fd === undefined ? undefined : numbers.next().value,
  }));
  const about = { pool, slot, group, type, epoch, generation };
  return { ...about, heartbeatMs, lingerMs, loadMs, listeners, plugins };
}

function explain(error: unknown, command: Command, request: SpawnRequest): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === "ENOENT") return `cannot start ${command.file} in ${request.cwd}: one of them does not exist`;
  return `cannot start ${command.file}: ${messageOf(error)}`;
}
