import type { SupervisorMessage } from "../../core/protocol/messages.ts";
import { watchProgram, type Program } from "../entry/program.ts";
import { ownListeners } from "../listen/listeners.ts";
import type { Boot } from "./boot.ts";
import type { Welcomed } from "./connect.ts";
import { setWorker } from "./current.ts";
import { ORPHAN_MS } from "./leave.ts";
import { createLife, type Life } from "./life.ts";
import { createWorkerPlugins, type OwnPlugins } from "./plugins.ts";
import { ownSigterm } from "./sigterm.ts";
import { createTermination, type Termination } from "./termination.ts";
import { createUplink, type Uplink } from "./uplink.ts";

/** The longest time that a timer takes, 24.8 days: with a longer one it fires at once. Milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Everything that one running worker is made of. */
export interface Session {
  readonly boot: Boot;
  readonly life: Life;
  readonly uplink: Uplink;
  readonly acked: Promise<void>;
  readonly socket: Welcomed["socket"];
  /** How long the entry may take to load before it counts as ready. */
  readonly loadMs: number | undefined;
  /** The entry, as long as it may be a program that listens by itself. */
  readonly program: Program;
  readonly termination: Termination;
  readonly plugins: ReturnType<typeof createWorkerPlugins>;
}

/** Ties the life of this worker to its connection and its signals. */
export function openSession(boot: Boot, welcomed: Welcomed, own: OwnPlugins): Session {
  const { socket, config } = welcomed;
  const uplink = createUplink(socket, (message) => {
    if (message.type === "goodbye") plugins.onStage("stopping");
    if (message.type !== "ready") return;
    termination.ready();
    plugins.onStage("ready");
  });
  const plugins = createWorkerPlugins({ own, heartbeatMs: config.heartbeatMs, send: uplink.send });
  const life = createLife(config, uplink.send, plugins);
  setWorker(life.worker);
  let ack = (): void => {};
  const acked = new Promise<void>((resolve) => (ack = resolve));
  setInterval(
    () => {
      uplink.send({ type: "heartbeat" });
      plugins.onHeartbeat();
    },
    Math.min(MAX_TIMER_MS, config.heartbeatMs),
  ).unref();
  let deadline = Infinity;
  const timeLeft = (): number => Math.max(0, deadline - performance.now());
  const until = (ms: number | undefined): number => {
    if (ms !== undefined) deadline = performance.now() + ms;
    return timeLeft();
  };
  const termination = createTermination(life, uplink, timeLeft);
  const program = watchProgram({
    entry: boot.entry,
    life,
    listeners: ownListeners(config.listeners, config.slot),
    uplink,
    sigterm: ownSigterm(termination.signalled),
    timeLeft,
  });

  function receive(message: SupervisorMessage): void {
    switch (message.type) {
      case "credit":
        return uplink.credit(message.count);
      case "drain":
        plugins.onStage("draining");
        return life.drain(until(message.deadlineMs));
      case "stop":
        plugins.onStage("stopping");
        termination.stopping();
        return life.stop("stopped", until(message.deadlineMs));
      case "reload":
        return life.reload(until(message.deadlineMs));
      case "adopt":
        return life.adopt(message.slot);
      case "release":
        return life.release(message.slot);
      case "serve":
        return life.serve();
      case "ping":
        return void uplink.send({ type: "heartbeat" });
      case "plugin":
        return plugins.receive(message.plugin, message.message);
      case "ack":
        return ack();
      case "welcome":
        return;
      default:
        return message satisfies never;
    }
  }

  welcomed.receive({
    message: receive,
    closed() {
      ack();
      life.stop("the supervisor is gone", ORPHAN_MS);
      setTimeout(() => process.exit(1), ORPHAN_MS);
    },
  });
  const loadMs = config.loadMs && Math.min(MAX_TIMER_MS, config.loadMs);
  return { boot, life, uplink, acked, socket, loadMs, program, termination, plugins };
}
