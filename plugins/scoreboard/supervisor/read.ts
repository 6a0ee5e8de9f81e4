import { join } from "node:path";
import { openReader } from "../wire/board.ts";
import type { BoardHead } from "../wire/board.ts";
import type { WorkerState } from "../wire/record.ts";
import { BOARD_FILE } from "./place.ts";

/** What stands on a board. */
export interface Board {
  readonly head: BoardHead;
  /** The workers that have written, by slot; two of one slot while a reload overlaps. */
  readonly workers: readonly { readonly slot: string; readonly state: WorkerState }[];
}

/** Reads the board in a pool's folder, `undefined` when there is none. Asks no supervisor: it works when that hangs. */
export function readBoard(directory: string): Board | undefined {
  const reader = openReader(join(directory, BOARD_FILE));
  if (!reader) return undefined;
  const { head } = reader;
  const workers = head.slots.flatMap((slot, index) =>
    reader.offsets(index).flatMap((offset) => {
      const state = reader.read(offset);
      return state && state.pid > 0 ? [{ slot, state }] : [];
    }),
  );
  reader.close();
  return { head, workers };
}
