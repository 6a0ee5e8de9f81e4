import type { Pool } from "../../../core/contract/pool.ts";
import { workerKey } from "../../../core/contract/slots.ts";
import { createReader } from "../wire/board.ts";
import type { BoardReader } from "../wire/board.ts";
import type { WorkerState } from "../wire/record.ts";

/** What the workers of a pool say of themselves, for the supervisor's own plugins. */
export interface BoardView {
  /** `undefined` where there is no board, or the worker has written nothing. */
  of(slot: string, epoch: number): WorkerState | undefined;
  close(): void;
}

/** Follows where each worker writes, from its spawn on. `plugin` is who asks. */
export function followBoard(pool: Pool, plugin: string): BoardView {
  const places = new Map<string, { readonly path: string; readonly offset: number }>();
  let reader: (() => BoardReader | undefined) | undefined;
  // After the one that says where.
  pool.decisions.spawnOptions.tap({ name: `${plugin}:board`, stage: 900 }, (spawn, { slot, epoch }) => {
    const place = spawn.welcome?.scoreboard as { path: string; offset: number } | undefined;
    if (place) places.set(workerKey({ slot, epoch }), place);
    return spawn;
  });
  const forget = pool.hooks.hook(
    "worker:exited",
    ({ slot, epoch }) => void places.delete(workerKey({ slot, epoch })),
  );
  return {
    of(slot, epoch) {
      const place = places.get(workerKey({ slot, epoch }));
      if (!place) return undefined;
      reader ??= createReader(place.path);
      const state = reader()?.read(place.offset);
      return state?.epoch === epoch ? state : undefined;
    },
    close() {
      forget();
      reader?.()?.close();
    },
  };
}
