import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { PluginContext } from "../../../core/contract/plugin-context.ts";
import type { Pool } from "../../../core/contract/pool.ts";
import { slotIds, workerKey } from "../../../core/contract/slots.ts";
import type { GroupTerms, Peer } from "../wire/peer.ts";
import { createNews } from "./updates.ts";
import type { News, TellCaller } from "./updates.ts";

/** The job workers of one pool that runs in this process, and what the plugin may do with it. */
export interface JobsOfPool {
  readonly registry: Registry;
  readonly context: PluginContext;
}

/** By the decisions of the pool, because each plugin has a context of its own. */
export const registries: WeakMap<Pool["decisions"], JobsOfPool> = new WeakMap();

/** How long an update waits that a caller's full queue has refused. Milliseconds. */
const AGAIN_MS = 250;

interface Known extends Peer {
  /** It listens for jobs. */
  isOpen: boolean;
  isReady: boolean;
}

interface GroupRecord {
  readonly terms: GroupTerms;
  readonly directory: string;
  readonly workers: Map<string, Known>;
  readonly watchers: Set<News>;
  state: "open" | "dead";
}

/** The job workers of a pool: where they are, whether they may be called, and who wants to know. */
export class Registry {
  readonly #groups: ReadonlyMap<string, GroupRecord>;
  readonly #places = new Map<string, readonly string[]>();
  #isStopping = false;
  #timer: NodeJS.Timeout | undefined;

  /** `directory` holds the sockets of the group's workers. */
  constructor(groups: Iterable<readonly [name: string, terms: GroupTerms, directory: string]>) {
    this.#groups = new Map(
      [...groups].map(([name, terms, directory]) => [
        name,
        { terms, directory, workers: new Map(), watchers: new Set(), state: "open" },
      ]),
    );
  }

  /** Groups whose jobs can be called. */
  get names(): string[] {
    return [...this.#groups.keys()];
  }

  has(group: string): boolean {
    return this.#groups.has(group);
  }

  /** A place and a secret for a worker that is about to start. */
  assign(group: string, slot: string, epoch: number, board: Peer["board"]): Peer {
    const workers = [...this.#groups.get(group)!.workers.values()];
    const places = this.#placesOf(group, slot);
    const free = places.find((place) => !workers.some((worker) => worker.path === place));
    const path = free ?? this.#newPlace(group);
    const peer = { slot, epoch, path, token: randomBytes(24).toString("base64url"), board };
    this.#groups.get(group)!.workers.set(workerKey(peer), { ...peer, isOpen: false, isReady: false });
    return peer;
  }

  /** Where the workers of a group listen, now and later: permissions can only name what is known at the start. */
  places(group: string, max: number): string[] {
    return slotIds({ name: group, max }).flatMap((slot) => this.#placesOf(group, slot));
  }

  /** Two for each slot, which has two workers while a reload overlaps. */
  #placesOf(group: string, slot: string): readonly string[] {
    let places = this.#places.get(slot);
    if (!places) this.#places.set(slot, (places = [this.#newPlace(group), this.#newPlace(group)]));
    return places;
  }

  #newPlace(group: string): string {
    return join(this.#groups.get(group)!.directory, `j${randomBytes(4).toString("hex")}`);
  }

  opened(group: string, slot: string, epoch: number): void {
    this.#mark(group, slot, epoch, { isOpen: true });
  }

  /** The worker has become ready, or is not any more. */
  ready(group: string, slot: string, epoch: number, isReady: boolean): void {
    this.#mark(group, slot, epoch, { isReady });
  }

  /** The worker has ended; returns where it listened. */
  ended(group: string, slot: string, epoch: number, innocent: boolean): string | undefined {
    const record = this.#groups.get(group);
    const known = record?.workers.get(workerKey({ slot, epoch }));
    if (!record || !known) return undefined;
    record.workers.delete(workerKey(known));
    this.#tell(record, (news) => news.ended({ slot, epoch, innocent }));
    return known.path;
  }

  /** `dead` while no worker of the group can start by itself. */
  setState(group: string, state: "open" | "dead"): void {
    const record = this.#groups.get(group);
    if (!record || record.state === state) return;
    record.state = state;
    this.#tell(record, (news) => news.state());
  }

  stopping(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    for (const record of this.#groups.values()) this.#tell(record, (news) => news.state());
  }

  /** Tells a caller about a group, now and with each change, until what it returns is called. */
  watch(group: string, tell: TellCaller): () => void {
    const record = this.#groups.get(group)!;
    const news = createNews(tell, {
      terms: record.terms,
      state: () => this.#stateOf(record),
      all: () => [...record.workers.values()].filter(({ isOpen, isReady }) => isOpen && isReady),
      of: (key) => {
        const known = record.workers.get(key);
        return known?.isOpen && known.isReady ? peerOf(known) : undefined;
      },
    });
    record.watchers.add(news);
    this.#send(news);
    return () => void record.watchers.delete(news);
  }

  /** Every worker that listens for jobs. */
  *workers(): Iterable<Pick<Peer, "slot" | "epoch">> {
    for (const { workers } of this.#groups.values())
      for (const known of workers.values()) if (known.isOpen) yield known;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #mark(group: string, slot: string, epoch: number, change: Partial<Known>): void {
    const record = this.#groups.get(group);
    const known = record?.workers.get(workerKey({ slot, epoch }));
    if (!record || !known) return;
    const before = known.isOpen && known.isReady;
    Object.assign(known, change);
    const after = known.isOpen && known.isReady;
    if (before === after) return;
    this.#tell(record, (news) => news.changed(known));
  }

  #stateOf({ state }: GroupRecord): "open" | "dead" | "stopping" {
    return this.#isStopping ? "stopping" : state;
  }

  #tell(record: GroupRecord, note: (news: News) => void): void {
    for (const news of record.watchers) {
      note(news);
      this.#send(news);
    }
  }

  /** A caller that does not read gets the rest later. */
  #send(news: News): void {
    // One that is behind has its turn with the timer: a full queue is not empty at the next change.
    if (news.isBehind && this.#timer) return;
    news.flush();
    if (!news.isBehind || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      for (const { watchers } of this.#groups.values())
        for (const late of watchers) if (late.isBehind) this.#send(late);
    }, AGAIN_MS);
    this.#timer.unref();
  }
}

function peerOf({ slot, epoch, path, token, board }: Known): Peer {
  return { slot, epoch, path, token, board };
}
