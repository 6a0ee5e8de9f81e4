/** Why a strategy that other supervisors have is not there, for who asks for it. See `docs/sockets.md`. */
export const NO_HANDOFF: string =
  "there is no handoff: passing connections takes the runtime's own IPC channel, on which one line of a worker can " +
  "end the supervisor; use 'ring' or 'shared', and a proxy in front for sticky sessions";
