/** A job worker that may be called: where it is, and the secret that it wants to hear. */
export interface Peer {
  /** The slot, `group#index`. */
  readonly slot: string;
  readonly epoch: number;
  readonly path: string;
  readonly token: string;
  /** Its record on the scoreboard. */
  readonly board?: { readonly path: string; readonly offset: number };
}

/** How a group's jobs are called, the same for all its callers. */
export interface GroupTerms {
  /** Bytes of one value. */
  readonly maxBytes: number;
  /** Jobs, and bytes of their inputs, that may wait in one caller. */
  readonly maxQueued: number;
  readonly maxQueuedBytes: number;
  /** The strategy that picks a worker. */
  readonly pick: string;
  /** How long an aborted job may go on before it is told to the supervisor. Milliseconds. */
  readonly abortGrace: number;
}

/** Until the supervisor has said its own. */
export const DEFAULT_TERMS: GroupTerms = {
  maxBytes: 16 * 1024 * 1024,
  maxQueued: 10_000,
  maxQueuedBytes: 64 * 1024 * 1024,
  pick: "leastJobs",
  abortGrace: 5_000,
};

/** What the supervisor tells the callers of a group. Each part may come alone. */
export interface PeersUpdate {
  readonly terms?: GroupTerms;
  /** `up` is all there is: who is not in it is down. */
  readonly whole?: boolean;
  readonly up?: readonly Peer[];
  readonly down?: readonly Pick<Peer, "slot" | "epoch">[];
  /** How a worker ended: whether a job may be what ended it. */
  readonly verdict?: Pick<Peer, "slot" | "epoch"> & { readonly innocent: boolean };
  /**
   * `stopping`: the pool ends. `dead`: no worker of the group starts by itself again. `away`: the supervisor has gone, and
   * with it all that it has said.
   */
  readonly state?: "open" | "stopping" | "dead" | "away";
  /** The group cannot be called, and why. */
  readonly refusal?: { readonly code: string; readonly message: string };
}

/** Where a caller learns who can be called. */
export interface PeerDirectory {
  /** Calls `listener` with what is known, and with each change; returns what ends that. */
  watch(group: string, listener: (update: PeersUpdate) => void): () => void;
  /** No worker of the group is free: so many jobs wait, and the one that came first for so many milliseconds. */
  needWorker(group: string, waiting: number, waitedMs: number): void;
  /** A job of this worker goes on although it was aborted a while ago. */
  stuck(group: string, peer: Pick<Peer, "slot" | "epoch">): void;
  /** What ends the pool ends this caller too, later: it may call until the last worker has gone. */
  readonly isWorker: boolean;
  close(): void;
}
