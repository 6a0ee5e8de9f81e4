import { workerKey } from "../../../core/contract/slots.ts";
import type { GroupTerms, Peer, PeersUpdate } from "../wire/peer.ts";

/** Takes an update; `false` when it was dropped, and has to be told again. */
export type TellCaller = (update: PeersUpdate) => boolean;

/** Workers that one update names: with a kilobyte each it is far below what a frame may have. */
const PART = 500;

/** Ends of workers that are kept for a caller that does not read. */
const MAX_ENDS = 1_000;

type Verdict = NonNullable<PeersUpdate["verdict"]>;

/** What is so now. */
export interface NewsSource {
  readonly terms: GroupTerms;
  state(): PeersUpdate["state"];
  /** The workers that may be called. */
  all(): Iterable<Pick<Peer, "slot" | "epoch">>;
  /** The worker, if it may be called. */
  of(key: string): Peer | undefined;
}

/** What one caller has not been told yet. */
export interface News {
  /** Something was refused, and waits. */
  readonly isBehind: boolean;
  /** The worker may be called now, or not any more. */
  changed(peer: Pick<Peer, "slot" | "epoch">): void;
  ended(verdict: Verdict): void;
  state(): void;
  /** Tells it, in parts; stops at the first that is refused. */
  flush(): void;
}

/** Makes {@link News}: at first everything is. Its size is bounded by the workers, however long nobody reads. */
export function createNews(tell: TellCaller, source: NewsSource): News {
  /** The workers about which something is to be told; what it is, is looked up when it is told. */
  const changed = new Map<string, Pick<Peer, "slot" | "epoch">>();
  let ends: Verdict[] = [];
  let isNew = true;
  let isStateNew = false;
  let isBehind = false;
  let isFlushing = false;
  const note = (peer: Pick<Peer, "slot" | "epoch">): void => {
    changed.set(workerKey(peer), { slot: peer.slot, epoch: peer.epoch });
  };
  for (const peer of source.all()) note(peer);

  /** Takes the next part out; `undo` puts it back. */
  function next(): { update: PeersUpdate; undo(): void } | undefined {
    const part = [...take(changed, PART)];
    const [wasNew, wasStateNew] = [isNew, isStateNew];
    const verdict = wasNew ? undefined : ends.shift();
    if (!wasNew && !wasStateNew && !verdict && part.length === 0) return undefined;
    for (const [key] of part) changed.delete(key);
    [isNew, isStateNew] = [false, false];
    const peers = part.map(([key, peer]) => [peer, source.of(key)] as const);
    const up = peers.flatMap(([, found]) => found ?? []);
    const down = peers.flatMap(([peer, found]) => (found ? [] : peer));
    const update: PeersUpdate = {
      ...(wasNew ? { terms: source.terms, whole: true } : {}),
      ...(wasNew || wasStateNew ? { state: source.state() } : {}),
      ...(wasNew || up.length > 0 ? { up } : {}),
      ...(down.length > 0 ? { down } : {}),
      ...(verdict ? { verdict } : {}),
    };
    return {
      update,
      undo() {
        for (const [, peer] of part) note(peer);
        if (verdict) ends.unshift(verdict);
        if (wasNew) isNew = true;
        if (wasStateNew) isStateNew = true;
      },
    };
  }

  return {
    get isBehind() {
      return isBehind;
    },
    changed: note,
    ended(verdict) {
      note(verdict);
      ends.push(verdict);
      if (ends.length > MAX_ENDS) ends = ends.slice(-MAX_ENDS);
    },
    state: () => void (isStateNew = true),
    flush() {
      // What is told may change something: the loop comes to that.
      if (isFlushing) return;
      isFlushing = true;
      isBehind = false;
      for (let part = next(); part; part = next()) {
        isBehind = !tell(part.update);
        if (!isBehind) continue;
        part.undo();
        break;
      }
      isFlushing = false;
    },
  };
}

function* take<Key, Value>(map: ReadonlyMap<Key, Value>, count: number): Iterable<[Key, Value]> {
  let left = count;
  for (const entry of map) {
    if (left-- === 0) return;
    yield entry;
  }
}
