import { existsSync } from "node:fs";
import { namedUser } from "../../core/config/users.ts";
import { messageOf } from "../../core/contract/errors.ts";
import { definePlugin } from "../../core/contract/plugin.ts";
import type { Plugin } from "../../core/contract/plugin.ts";
import { slotIds } from "../../core/contract/slots.ts";
import { changeOwner, otherUser } from "../../system/other-user.ts";
import { findPlace } from "./supervisor/place.ts";
import type { Place } from "./supervisor/place.ts";
import { clearRecord, createBoard } from "./wire/board.ts";
import { RECORD_BYTES } from "./wire/record.ts";

export { BOARD_FILE } from "./supervisor/place.ts";
export type { BoardHead } from "./wire/board.ts";
export { readBoard } from "./supervisor/read.ts";
export type { Board } from "./supervisor/read.ts";
export type { WorkerState } from "./wire/record.ts";

/** What {@link scoreboard} takes. */
export interface ScoreboardOptions {
  /** The private folder of the pool, where others look for the board. */
  directory?: string;
}

/** How often the board's file is looked for. Milliseconds. */
const LOOK_MS = 500;

/** Records of a slot: while a reload overlaps it has two workers, and each writes its own. */
export const RECORDS_PER_SLOT = 2;

/**
 * A record for each worker in a file in memory, which the worker writes and everybody of the pool can read without
 * asking anybody. Each worker is told its record in its welcome. Without a board (a disk that is full, say) the pool
 * works as well: what reads it then knows less.
 */
export const scoreboard: (options?: ScoreboardOptions) => Plugin = definePlugin(
  ({ directory }: ScoreboardOptions = {}) => ({
    name: "scoreboard",
    async setup(pool) {
      const slots = pool.config.groups.flatMap(slotIds);
      /** The records that are in use, by their offset, and by which epoch. */
      const owners = new Map<number, number>();
      const head = {
        pool: pool.name,
        pid: process.pid,
        startedAt: Date.now(),
        slots,
        recordsPerSlot: RECORDS_PER_SLOT,
      };
      const user = otherUser(namedUser(pool.config.groups));
      /** The supervisor's own workers can write to it too: a supervisor with another user in its pool is root. */
      const create = (path: string): number => {
        const first = createBoard(path, head);
        if (user) changeOwner(user, path);
        return first;
      };
      let place: Place | undefined;
      let begin = 0;
      try {
        place = await findPlace(directory, user);
        begin = create(place.path);
      } catch (error) {
        pool.report("scoreboard", "create", new Error(`there is no scoreboard: ${messageOf(error)}`));
        place?.remove();
        return undefined;
      }
      const { path, remove, restore } = place;
      const timer = setInterval(() => {
        try {
          restore();
          if (!existsSync(path)) create(path);
        } catch {
          // The next look tries again.
        }
      }, LOOK_MS).unref();
      const offsets = new Map(
        slots.map((slot, index) => {
          const first = begin + index * RECORDS_PER_SLOT * RECORD_BYTES;
          return [slot, [first, first + RECORD_BYTES]];
        }),
      );

      pool.decisions.spawnOptions.tap("scoreboard", (spawn, { slot, epoch }) => {
        const offset = offsets.get(slot)!.find((each) => !owners.has(each));
        if (offset === undefined) return spawn;
        owners.set(offset, epoch);
        return { ...spawn, welcome: { ...spawn.welcome, scoreboard: { path, offset } } };
      });
      const forget = pool.hooks.hook("worker:exited", ({ slot, epoch }) => {
        for (const offset of offsets.get(slot)!) {
          if (owners.get(offset) !== epoch) continue;
          owners.delete(offset);
          clearRecord(path, offset);
        }
      });
      return () => {
        clearInterval(timer);
        forget();
        remove();
      };
    },
  }),
);
