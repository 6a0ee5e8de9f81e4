import type { ResolvedJobs } from "../../../core/contract/jobs.ts";
import type { Peer, PeersUpdate } from "./peer.ts";

/** What the supervisor gives to the jobs of a worker at its start. */
export interface JobsWelcome {
  /** Where this worker listens for jobs, if its group can be called. */
  readonly serve?: (Peer & { readonly terms: ResolvedJobs }) | undefined;
  /** The groups that it may call. */
  readonly calls: readonly string[];
}

/** What a caller says to the supervisor: a worker over its channel, another program over the socket for these. */
export type CallerMessage =
  /** Tell me of this group, now and with each change. Answered with `peers`. */
  | { readonly type: "watch"; readonly group: string }
  /** No worker of the group is free: so many jobs wait, the first of them for so many milliseconds. */
  | {
      readonly type: "need";
      readonly group: string;
      readonly waiting: number;
      readonly waitedMs: number;
    }
  /** A job of this worker goes on although it was aborted a while ago. */
  | { readonly type: "stuck"; readonly group: string; readonly slot: string; readonly epoch: number };

/** What a job worker says to the supervisor beside that. */
export type JobWorkerMessage =
  | CallerMessage
  /** It listens for jobs. */
  | { readonly type: "open" }
  /** A job of its own goes on although it was aborted a while ago. */
  | { readonly type: "ignored" };

/** What the supervisor says to a caller or a job worker. */
export type JobsMessage =
  | ({ readonly type: "peers"; readonly group: string } & PeersUpdate)
  /** The pool stops: it drains until its callers have gone. */
  | { readonly type: "untilCallersLeave" };
