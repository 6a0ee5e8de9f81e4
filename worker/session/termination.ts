import type { Life } from "./life.ts";
import type { Uplink } from "./uplink.ts";

/** Who signals everybody, as systemd does, signals the supervisor too: so long its own word is waited for. */
const OWN_WORD_MS = 500;

/** How long the supervisor has to answer that this worker drains. */
const ANSWER_MS = 1_000;

/** What SIGTERM means to a worker. */
export interface Termination {
  /** Whether somebody other than the supervisor has asked this worker to end. */
  readonly isAsked: boolean;
  /** The signal has come. */
  signalled(): void;
  /** The worker is ready: from now on it may have something in hand. */
  ready(): void;
  /** The supervisor asks for a stop: a SIGTERM that follows is its own. */
  stopping(): void;
}

/**
 * Makes SIGTERM a drain: what the worker has in hand is finished, within the group's time. The supervisor is asked for
 * it, so that siblings take over and a replacement is planned. Before ready there is nothing to finish.
 */
export function createTermination(
  life: Pick<Life, "ends" | "drain" | "stop">,
  uplink: Pick<Uplink, "send">,
  timeLeft: () => number,
): Termination {
  let isReady = false;
  let isStopping = false;
  let isAsked = false;

  function askToDrain(): void {
    if (life.ends) return;
    uplink.send({ type: "drainRequest" });
    setTimeout(() => life.drain(timeLeft()), ANSWER_MS).unref();
  }

  return {
    get isAsked() {
      return isAsked;
    },
    signalled() {
      if (isStopping || !isReady) return life.stop("SIGTERM", timeLeft());
      if (isAsked || life.ends) return;
      isAsked = true;
      setTimeout(askToDrain, OWN_WORD_MS);
    },
    ready: () => void (isReady = true),
    stopping: () => void (isStopping = true),
  };
}
