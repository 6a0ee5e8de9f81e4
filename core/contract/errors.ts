/**
 * Every code that a {@link PoolError} can carry, with what it means. Codes are part of the public contract:
 * they never change their meaning, and messages may.
 */
export const errorCodes = {
  E_CONFIG: "a config value is missing, misspelt or of the wrong kind",
  E_CONFIG_MISSING: "no config file and no entry was found",
  E_CONFIG_LOAD: "the config file could not be read, parsed or run",
  E_ENTRY: "a worker's entry does not exist or cannot run under its runtime",
  E_LISTEN: "a socket could not be opened (taken, forbidden, no such address)",
  E_RUNTIME: "the runtime is not installed, too old, or lacks what the config asks for",
  E_PLUGIN: "a plugin is malformed, named twice, or failed in setup",
  E_RUNNING: "a pool of this name is already running",
  E_NOT_RUNNING: "there is no running pool to talk to",
  E_CONTROL: "the control socket refused or broke a command",
  E_UNKNOWN_GROUP: "no group has this name",
  E_UNKNOWN_SLOT: "no slot has this id",
  E_SCALE_REFUSED: "the group cannot have that many workers",
  E_RELOAD_REFUSED: "a group cannot be reloaded this way",
  E_RESTART_REFUSED: "this worker cannot be restarted",
  E_STATE: "the pool is in a state that does not allow this call",
  E_USAGE: "the command line is not understood",
} as const;

/** One of the keys of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes;

/**
 * The error that every public call throws or rejects with. `message` is one line that names what was wrong
 * and what would be accepted; it is written to be printed without a stack.
 */
export class PoolError extends Error {
  override readonly name = "PoolError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The message of anything that can be thrown, on one line. */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  return text.replace(/\s*\n\s*/g, " ");
}
