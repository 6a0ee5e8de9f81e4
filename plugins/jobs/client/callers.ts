import type { Clock } from "../../../core/contract/clock.ts";
import type { PeerDirectory } from "../wire/peer.ts";
import { createJobClient } from "./client.ts";
import type { JobClient } from "./client.ts";
import { Dispatcher } from "./dispatcher.ts";
import { connectWith } from "./link.ts";
import { createPicker } from "./pick.ts";
import type { LoadOf, Picker } from "./pick.ts";

/** The callers of one process: a client, and what stands behind it, for each group that is called. */
export interface Callers {
  jobs(group: string): JobClient;
  /** Gives up what has not settled. */
  close(): void;
}

/** The world of the callers of one process. */
export interface CallersPorts {
  /** What workers know this process by. */
  readonly name: string;
  readonly directory: PeerDirectory;
  readonly clock: Clock;
  readonly loadOf: LoadOf;
  /** Asked before the group's strategy; `undefined` passes on. */
  readonly pick?: (group: string) => Picker;
}

/** Makes {@link Callers}. */
export function createCallers({ name, directory, clock, loadOf, pick }: CallersPorts): Callers {
  const known = new Map<string, { client: JobClient; close(): void }>();
  const connect = connectWith(name, directory.isWorker);

  function create(group: string): { client: JobClient; close(): void } {
    const byStrategy = createPicker(loadOf, () => clock.random());
    const first = pick?.(group);
    const picker: Picker = first ? (...asked) => first(...asked) ?? byStrategy(...asked) : byStrategy;
    const dispatcher = new Dispatcher({ group, clock, connect, directory, pick: picker });
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
