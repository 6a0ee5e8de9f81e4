/** What the supervisor computes when many workers of a large group end at once. */
import process from "node:process";
import * as assert from "uvu/assert";
import { createAdoption } from "../../plugins/sockets/adoption.ts";
import { suite } from "../_suite.ts";

const test = suite("adoption cost");

const WORKERS = 400;
/** CPU time of this process for all of it, in milliseconds: about 100; counting each worker's sockets anew takes 3,000. */
const BUDGET_MS = 1_000;

test("all but five of 400 workers end, and come back: every socket is adopted once at a time", () => {
  const holder = new Map<string, string>();
  const pool = {
    send(to: string, frame: { type: string; slot?: unknown }) {
      const slot = String(frame.slot);
      if (frame.type === "adopt") holder.set(slot, to);
      else if (holder.get(slot) === to) holder.delete(slot);
      return true;
    },
  };
  const take = createAdoption({ pool, group: "a", adoptions: 3 });
  const tell = (index: number, epoch: number, to: "starting" | "ready" | "backoff"): void =>
    take({ slot: `a#${index}`, group: "a", epoch, to });
  const before = process.cpuUsage();
  for (let index = 0; index < WORKERS; index++) {
    tell(index, 1, "starting");
    tell(index, 1, "ready");
  }
  for (let index = 5; index < WORKERS; index++) tell(index, 1, "backoff");
  assert.is(holder.size, WORKERS - 5);
  const loads = [0, 1, 2, 3, 4].map(
    (index) => [...holder.values()].filter((slot) => slot === `a#${index}`).length,
  );
  assert.ok(Math.max(...loads) - Math.min(...loads) <= 1, loads.join());
  for (let index = 5; index < WORKERS; index++) {
    tell(index, 2, "starting");
    tell(index, 2, "ready");
  }
  const { user } = process.cpuUsage(before);
  assert.ok(user / 1_000 < BUDGET_MS, `took ${user / 1_000} ms`);
});

test.run();
