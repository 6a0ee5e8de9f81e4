import { PoolError } from "../../core/errors.ts";
import type { SocketStrategy } from "./strategy.ts";

const UNAVAILABLE =
  "handoff is not available: passing connections takes the runtime's own IPC channel, on which one line of a " +
  "worker can end the supervisor; use 'ring' or 'shared', and a proxy in front for sticky sessions";

/** The name is known, so that who asks for it learns why it is not there. See `docs/sockets.md`. */
export const handoff: SocketStrategy = {
  name: "handoff",
  scalable: true,
  balanced: true,
  keepsQueue: true,
  refusal: () => UNAVAILABLE,
  open: () => Promise.reject(new PoolError("E_LISTEN", UNAVAILABLE)),
};
