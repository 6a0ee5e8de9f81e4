import type { ResolvedGroup } from "../../core/config.ts";
import type { InheritedListener, OpenListener, Runtime } from "../../core/runtime.ts";

/** What is opened for one listener of a group. */
export interface ListenerRequest {
  readonly group: ResolvedGroup;
  readonly listener: ResolvedGroup["listen"][number];
  readonly runtime: Runtime;
}

/** A listener of a group, open. */
export interface SharedListener {
  readonly opened: OpenListener;
  /** What the worker of a slot inherits. */
  inherited(slot: string): InheritedListener[];
  close(): void;
}

/**
 * How a group shares a socket. Implementations are rows of the table in `index.ts`.
 *
 * - `scalable`: the number of workers may change while the socket is open
 * - `balanced`: connections are spread evenly
 * - `keepsQueue`: connections that wait in the queue survive the worker
 */
export interface SocketStrategy {
  readonly name: string;
  readonly scalable: boolean;
  readonly balanced: boolean;
  readonly keepsQueue: boolean;
  /** `undefined` when workers of this runtime can do it, else the reason why not. */
  refusal(runtime: Runtime): string | undefined;
  /** Rejects with a `PoolError` `E_LISTEN`. */
  open(request: ListenerRequest): Promise<SharedListener>;
}
