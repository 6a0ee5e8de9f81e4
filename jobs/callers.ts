import type { Clock } from "../core/clock.ts";
import { createJobClient } from "./client.ts";
import type { JobClient } from "./client.ts";
import { Dispatcher } from "./dispatcher.ts";
import { connectWith } from "./link.ts";
import type { PeerDirectory } from "./peer.ts";
import { leastJobs } from "./pick.ts";

/** The callers of one process: a client, and what stands behind it, for each group that is called. */
export interface Callers {
  jobs(group: string): JobClient;
  /** Gives up what has not settled. */
  close(): void;
}

/** Makes {@link Callers}. `name` is what workers know this process by. */
export function createCallers(name: string, directory: PeerDirectory, clock: Clock): Callers {
  const known = new Map<string, { client: JobClient; close(): void }>();
  const connect = connectWith(name, directory.isWorker);

  function create(group: string): { client: JobClient; close(): void } {
    const dispatcher = new Dispatcher({ group, clock, connect, directory, pick: leastJobs });
    const stop = directory.watch(group, (update) => dispatcher.update(update));
    return {
      client: createJobClient(group, dispatcher, () => dispatcher.maxBytes),
      close() {
        stop();
        dispatcher.close();
      },
    };
  }

  return {
    jobs(group) {
      if (typeof group !== "string") throw new TypeError("jobs(group) takes the name of a group");
      let caller = known.get(group);
      if (!caller) known.set(group, (caller = create(group)));
      return caller.client;
    },
    close() {
      for (const { close } of known.values()) close();
      known.clear();
      directory.close();
    },
  };
}
