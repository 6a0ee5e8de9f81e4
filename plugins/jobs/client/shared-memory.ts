import type { Region } from "../wire/arena.ts";
import { decode, encode } from "../wire/codec.ts";
import type { Outbox } from "../wire/outbox.ts";
import type { Peer } from "../wire/peer.ts";
import { offerSharing } from "../wire/share.ts";
import type { SharingOffer } from "../wire/share.ts";
import { HEAD_BYTES, KIND, RUN_HEAD_BYTES, sharedFrame, shortFrame, writeHead } from "../wire/wire.ts";
import type { CallInput } from "./call.ts";

/** What ends a job at its worker; and after what it may be sent again. */
const AGAIN: ReadonlySet<number> = new Set([KIND.returned, KIND.interrupted]);
const ENDS: ReadonlySet<number> = new Set([KIND.result, KIND.failed, ...AGAIN]);

interface Placed {
  readonly region: Region;
  /** It is nowhere else. */
  readonly input: CallInput | undefined;
}

/** The large values of one connection, on the caller's side. */
export interface LargeValues {
  /** Inputs lie in shared memory, or may. */
  readonly isOpen: boolean;
  /** Offers the worker memory to share: when the first large value crosses, which goes through the socket. */
  offer(): void;
  /** The worker has it. */
  open(): void;
  /** Puts the input of a call there; returns the frame that says so. */
  place(id: number, input: CallInput): Uint8Array | undefined;
  /** A frame of this kind came for a call, and is not seen to yet: its input may not be needed there any more. */
  ended(kind: number, id: number): void;
  /** Reads a value of the worker; throws what makes it none. */
  read(region: Region): unknown;
  /** Says that the worker may use this again. */
  taken(region: Region): void;
  close(): void;
}

/** Makes {@link LargeValues}. Nothing is offered before there is need. */
export function createLargeValues(peer: Peer, limit: number, outbox: Outbox): LargeValues {
  let offered: SharingOffer | undefined;
  let wasOffered = false;
  let isOpen = false;
  /** What lies there. */
  const placed = new Map<number, Placed>();

  const values: LargeValues = {
    get isOpen() {
      return isOpen;
    },
    offer() {
      if (wasOffered) return;
      wasOffered = true;
      offered = offerSharing(peer.board?.path, limit);
      if (!offered) return;
      const frame = encode(offered.paths, HEAD_BYTES);
      writeHead(frame, KIND.share, 0);
      outbox.push(frame);
    },
    open() {
      if (!offered || isOpen) return;
      offered.settle();
      isOpen = true;
    },
    place(id, input) {
      if (!isOpen) values.offer();
      const region = isOpen ? offered!.own.put(input.parts) : undefined;
      if (!region) return undefined;
      placed.set(id, { region, input: input.leave() ? input : undefined });
      return sharedFrame(RUN_HEAD_BYTES, region);
    },
    ended(kind, id) {
      if (!ENDS.has(kind)) return;
      const found = placed.get(id);
      if (!found) return;
      placed.delete(id);
      const { region, input } = found;
      if (AGAIN.has(kind) && input) input.restore(offered!.own.read(region));
      offered!.own.free(region.offset);
    },
    read(region) {
      if (!isOpen) throw new Error("nothing is shared");
      return decode(offered!.other.read(region), 0, region.length, true);
    },
    taken: ({ offset }) => outbox.push(shortFrame(KIND.taken, offset)),
    close() {
      isOpen = false;
      offered?.settle();
      offered?.close();
      placed.clear();
    },
  };
  return values;
}
