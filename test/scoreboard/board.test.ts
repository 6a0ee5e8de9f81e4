/** Records in a file that one process writes and others read. */
import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { findPlace } from "../../plugins/scoreboard/supervisor/place.ts";
import { readBoard } from "../../plugins/scoreboard/supervisor/read.ts";
import { clearRecord, createBoard, openReader, openWriter } from "../../plugins/scoreboard/wire/board.ts";
import { emptyState, fill, parse, RECORD_BYTES, recordBuffer } from "../../plugins/scoreboard/wire/record.ts";
import { suite } from "../_suite.ts";

const test = suite("scoreboard");

const folder = (): string => mkdtempSync(join(tmpdir(), "b-"));
const head = (slots: string[]) => ({ pool: "p", pid: process.pid, startedAt: 1, slots, recordsPerSlot: 2 });

test("a record says what was written, and which half of it was", () => {
  const state = emptyState();
  let number = 1;
  for (const field of Object.keys(state) as (keyof typeof state)[])
    if (field !== "state") (state as Record<string, unknown>)[field] = number++ / 4;
  state.state = "draining";
  const [one, two] = [recordBuffer(), recordBuffer()];
  assert.is(parse(one), undefined, "nothing yet");
  fill(one, state, 1);
  assert.equal(parse(one), state);
  fill(two, { ...state, rss: 7, delayMs: 8 }, 2);
  // Everything that a reader can see while a writer is held up: at any byte, also in the middle of both ends.
  for (let from = 0; from < RECORD_BYTES; from += 8) {
    for (let to = from + 8; to <= RECORD_BYTES; to += 8) {
      const torn = recordBuffer();
      torn.bytes.set(one.bytes);
      torn.bytes.set(two.bytes.subarray(from, to), from);
      const seen = parse(torn);
      const isWhole =
        (from === 0 && to === RECORD_BYTES) ||
        seen === undefined ||
        torn.numbers.every((value, at) => value === one.numbers[at]);
      assert.ok(isWhole, `bytes ${from} to ${to} of the next record`);
    }
  }
});

test(
  "readers see whole records only, while another process writes without a pause",
  { timeout: 30_000 },
  async (t) => {
    const path = join(folder(), "board");
    const begin = createBoard(path, head(["w#0"]));
    const writer = fork(
      fileURLToPath(new URL("../fixtures/scoreboard/writer.ts", import.meta.url)),
      [path, String(begin)],
      {
        execArgv: ["--import", fileURLToPath(new URL("../harness/register.mjs", import.meta.url))],
      },
    );
    t.defer(() => void writer.kill("SIGKILL"));
    await once(writer, "message");
    const reader = openReader(path)!;
    let reads = 0;
    let last = 0;
    for (const end = performance.now() + 1_500; performance.now() < end; reads++) {
      const state = reader.read(begin);
      if (!state) continue;
      assert.ok(state.requests >= last);
      last = state.requests;
      // The writer gives every count the same value.
      for (const field of ["jobsAccepted", "rss", "connectionsFailed", "delayMs", "capacity"] as const)
        assert.is(state[field], last, field);
    }
    reader.close();
    assert.ok(reads > 1_000 && last > 1_000, `${reads} reads, ${last} writes`);
  },
);

test("a board: its head, its owners, what is cleared, and what is none", () => {
  const directory = folder();
  const path = join(directory, "scoreboard");
  assert.is(readBoard(directory), undefined);
  const begin = createBoard(path, head(["a#0", "b#0"]));
  assert.is(statSync(path).mode & 0o777, 0o600);
  assert.throws(() => createBoard(path, head([])), /EEXIST/);
  assert.equal(readBoard(directory)!.workers, []);
  const writer = openWriter(path, begin + 3 * RECORD_BYTES);
  writer.write({ ...emptyState(), pid: 42, epoch: 2 });
  const board = readBoard(directory)!;
  assert.is(board.head.pool, "p");
  assert.equal(
    board.workers.map(({ slot, state }) => [slot, state.pid, state.epoch]),
    [["b#0", 42, 2]],
  );
  clearRecord(path, begin + 3 * RECORD_BYTES);
  assert.equal(readBoard(directory)!.workers, []);
  writer.close();
  writer.write(emptyState());
  openWriter(join(directory, "nowhere"), 0).write(emptyState());
  for (const junk of ["", "x".repeat(4_000), "\0".repeat(4_000)]) {
    const other = join(folder(), "scoreboard");
    writeFileSync(other, junk);
    assert.is(openReader(other), undefined);
  }
});

test("a place in memory; a link in the pool's folder; what a killed supervisor left is taken away", async () => {
  const plain = await findPlace(undefined);
  createBoard(plain.path, head([]));
  assert.ok(!plain.path.startsWith("/dev/shm") || statSync(dirname(plain.path)).mode % 0o1000 === 0o700);
  plain.remove();
  assert.throws(() => statSync(dirname(plain.path)), /ENOENT/);

  const directory = folder();
  const first = await findPlace(directory);
  createBoard(first.path, head(["a#0"]));
  assert.is(readBoard(directory)!.head.slots.length, 1);
  const link = join(directory, "scoreboard");
  const isLink = lstatSync(link).isSymbolicLink();
  if (isLink) assert.is(readlinkSync(link), first.path);
  const second = await findPlace(directory);
  createBoard(second.path, head(["a#0", "a#1"]));
  assert.is(readBoard(directory)!.head.slots.length, 2);
  if (isLink) assert.throws(() => statSync(first.path), /ENOENT/);
  second.remove();
  assert.is(readBoard(directory), undefined);

  // A link to somewhere else is only unlinked.
  const elsewhere = join(folder(), "poolable-keep");
  mkdirSync(elsewhere);
  symlinkSync(join(elsewhere, "scoreboard"), link);
  (await findPlace(directory)).remove();
  assert.ok(statSync(elsewhere).isDirectory());
});

test("a named pipe in place of a file that workers write holds up nobody", () => {
  const fixture = fileURLToPath(new URL("../fixtures/scoreboard/pipes.ts", import.meta.url));
  const register = fileURLToPath(new URL("../harness/register.mjs", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", register, fixture, folder()], {
    timeout: 10_000,
    killSignal: "SIGKILL",
    encoding: "utf8",
  });
  assert.equal([status, stdout, stderr], [0, "none of them\n", ""]);
});

test.run();
