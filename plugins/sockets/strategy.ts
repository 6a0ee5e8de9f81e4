import type { ResolvedGroup } from "../../core/contract/config.ts";
import type {
  InheritedListener,
  OpenListener,
  Runtime,
  SocketAbilities,
} from "../../core/contract/runtime.ts";
import type { ListenerOf } from "./addresses.ts";

/** What is opened for one listener of a group. */
export interface ListenerRequest {
  readonly group: ResolvedGroup;
  readonly listener: ResolvedGroup["listen"][number];
  readonly runtime: Runtime;
  readonly abilities: SocketAbilities;
  /** All listeners of groups on this very address, this one among them. */
  readonly partners: readonly ListenerOf[];
}

/** A listener of a group, open. */
export interface SharedListener {
  /** Where it is, as it is told: the port that was given, also when 0 was asked for. */
  readonly opened: Pick<OpenListener, "port" | "host" | "path">;
  /** What the worker of a slot inherits. One that is listed again can be closed and listened on again. */
  inherited(slot: string): InheritedListener[];
  /**
   * Set when every slot has a socket of its own: how often one worker can adopt the socket of one sibling, which
   * is how often `inherited` lists it. Siblings of a slot that does not serve are then told to adopt it.
   */
  readonly adoptions?: number;
  /**
   * Puts sockets in the place of the open ones on which nobody listens yet: the system refuses connections to them until
   * a worker that inherits them listens. Without it connections wait as long as they like. Rejects with a `PoolError`
   * `E_LISTEN`, and is called again then.
   */
  renew?(): Promise<void>;
  /** Whether {@link renew} works while workers hold the ones before. Else it is called when none lives. */
  readonly renewsBesideWorkers?: boolean;
  close(): void;
}

/**
 * How a listener of a group is shared by its workers. The built-in ones are beside this file; a plugin's author adds
 * one with `sockets({ strategies: [own] })`, and a group asks for it as `listen: { port, strategy: "own" }`.
 *
 * - `scalable`: the number of workers may change while the socket is open. Where it may not, a scaling request is
 *   refused with `E_SCALE_REFUSED` and `fixedBecause`, and a soft reload, which takes a worker more for a while, with
 *   `E_RELOAD_REFUSED`.
 * - `balanced`: connections are spread evenly.
 * - `keepsQueue`: connections that wait in the queue survive the worker.
 * - `joins`: several groups may listen on one address; `open` is called once for them, with all as `partners`, and
 *   `inherited` for the slots of each. Else it is refused.
 */
export interface SocketStrategy {
  readonly name: string;
  readonly scalable: boolean;
  readonly balanced: boolean;
  readonly keepsQueue: boolean;
  readonly joins?: boolean;
  /** Half a sentence, for a strategy that is not scalable. */
  readonly fixedBecause?: string;
  /** `undefined` when the listener can be shared so, else one line that says why not. MUST NOT open anything. */
  refusal(request: ListenerRequest): string | undefined;
  /** Called once, before the group's first worker. Rejects with a `PoolError` `E_LISTEN`. */
  open(request: ListenerRequest): Promise<SharedListener>;
}

/** How often one worker can listen on its socket: each time takes a descriptor, because to stop accepting is to close one. */
export const LISTENS = 16;

/** Why nothing at all can be opened for workers of this runtime. */
export function cannotOpen({ runtime, abilities }: ListenerRequest): string | undefined {
  if (!runtime.openListener) return `a supervisor of ${runtime.name} workers cannot open sockets for them`;
  return abilities.open === true ? undefined : abilities.open;
}
