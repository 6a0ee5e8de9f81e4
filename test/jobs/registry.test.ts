/** What callers are told of the workers of a group, however many there are and however slowly it is read. */
import * as assert from "uvu/assert";
import { workerKey } from "../../core/contract/slots.ts";
import { encodeFrame, MAX_FRAME_BYTES } from "../../core/protocol/frames.ts";
import { Registry } from "../../plugins/jobs/supervisor/registry.ts";
import { DEFAULT_TERMS } from "../../plugins/jobs/wire/peer.ts";
import type { PeersUpdate } from "../../plugins/jobs/wire/peer.ts";
import { suite } from "../_suite.ts";

const test = suite("job registry");

const BOARD = { path: "/dev/shm/poolable-bXXXXXX/scoreboard", offset: 512 };

/** A registry with so many workers that may be called. */
function registryOf(workers: number): { registry: Registry; add(slot: string): void } {
  const registry = new Registry([["w", DEFAULT_TERMS, "/run/user/1000/poolable/shop"]]);
  const add = (slot: string): void => {
    registry.assign("w", slot, 1, BOARD);
    registry.opened("w", slot, 1);
    registry.ready("w", slot, 1, true);
  };
  for (let index = 0; index < workers; index++) add(`w#${index}`);
  return { registry, add };
}

/** What a caller knows that was told these. */
function known(updates: readonly PeersUpdate[]): Set<string> {
  const up = new Set<string>();
  for (const update of updates) {
    if (update.whole) up.clear();
    for (const peer of update.down ?? []) up.delete(workerKey(peer));
    for (const peer of update.up ?? []) up.add(workerKey(peer));
  }
  return up;
}

test("ten thousand workers are told in frames that fit", () => {
  const { registry } = registryOf(10_000);
  const updates: PeersUpdate[] = [];
  registry.watch("w", (update) => updates.push(update) > 0);
  for (const update of updates)
    assert.ok(encodeFrame({ type: "peers", group: "w", ...update }).length < MAX_FRAME_BYTES / 2);
  assert.is(known(updates).size, 10_000);
  assert.equal(
    updates.map(({ whole }) => whole === true),
    updates.map((_, index) => index === 0),
    "the first begins anew, the others add",
  );
  registry.close();
});

test(
  "a caller that reads slowly gets all of it, and what has changed meanwhile",
  { timeout: 30_000 },
  async () => {
    const { registry, add } = registryOf(3_000);
    const updates: PeersUpdate[] = [];
    let room = 3;
    registry.watch("w", (update) => room-- > 0 && updates.push(update) > 0);
    assert.is(updates.length, 3, "its queue is full");
    registry.ended("w", "w#0", 1, false);
    registry.ended("w", "w#2999", 1, true);
    registry.ready("w", "w#1", 1, false);
    add("w#9999");
    registry.setState("w", "dead");
    const ends = (): number => updates.filter(({ verdict }) => verdict).length;
    while (ends() < 2 || known(updates).size !== 2_998) {
      room = 2;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const up = known(updates);
    assert.equal(
      ["w#0", "w#1", "w#2", "w#2998", "w#2999", "w#9999"].map((slot) => up.has(`${slot}:1`)),
      [false, false, true, true, false, true],
    );
    const verdicts = updates.flatMap(({ verdict }) => verdict ?? []);
    assert.equal(
      verdicts.map(({ slot, innocent }) => [slot, innocent]),
      [
        ["w#0", false],
        ["w#2999", true],
      ],
    );
    assert.is(updates.findLast(({ state }) => state)!.state, "dead");
    registry.close();
  },
);

test.run();
