// timeout: 120
/** Large values cross in memory that both sides share, and must be what they were. */
import { execFileSync } from "node:child_process";
import {
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import * as assert from "uvu/assert";
import {
  createArena,
  createArenaFile,
  createArenaReader,
  LARGE_BYTES,
  openArenaFile,
} from "../../plugins/jobs/wire/arena.ts";
import { takeSharing } from "../../plugins/jobs/wire/share.ts";
import type { TestContext } from "../_suite.ts";
import { suite } from "../_suite.ts";
import { connected, pidOf, running, work } from "./_pool.ts";

const test = suite("large values of jobs");
const isShared = process.platform === "linux" && existsSync("/dev/shm");

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "pa-"));
  t.defer(async () => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Bytes that no other index and no other place in them has. */
function bytesOf(index: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 8 <= length; at += 4_096) bytes.writeDoubleLE(index * 1e9 + at, at);
  return bytes;
}

test("memory that is given back is used again, and no more than there is", (t) => {
  const path = join(folder(t), "memory");
  const own = createArena(createArenaFile(path));
  const other = createArenaReader(openArenaFile(path, constants.O_RDONLY), 32 * 1024 * 1024);
  const one = own.put([Buffer.from("he"), Buffer.from("llo")])!;
  assert.is(Buffer.from(other.read(one)).toString(), "hello");
  assert.is(Buffer.from(own.read(one)).toString(), "hello");
  const many = Array.from({ length: 5 }, (_, index) => own.put([bytesOf(index, 16 * 1024 * 1024)]));
  assert.is(many.filter(Boolean).length, 3, "64 MiB, of which something is used");
  for (const region of many) if (region) own.free(region.offset);
  own.free(12_345);
  own.free(many[0]!.offset);
  const next = own.put([bytesOf(9, 16 * 1024 * 1024)])!;
  assert.ok(bytesOf(9, 16 * 1024 * 1024).equals(other.read(next)));
  assert.is(Buffer.from(other.read(one)).toString(), "hello");
  assert.throws(() => other.read({ offset: 2 ** 31, length: 10 }), /0 of 10 bytes/);
  assert.throws(() => other.read({ offset: 0, length: 2 ** 31 }), /a value of/);
  own.close();
  own.close();
  assert.is(own.put([Buffer.from("x")]), undefined);
  other.close();
  assert.throws(() => other.read(one));
});

test("only a file is memory", (t) => {
  if (process.platform === "win32") return;
  const path = folder(t);
  const limit = 1_024;
  const pair = (number: number): { caller: string; worker: string } => ({
    caller: join(path, `share-1-${number}-c`),
    worker: join(path, `share-1-${number}-w`),
  });
  const make: ((file: string) => void)[] = [
    (file) => void execFileSync("mkfifo", [file]),
    (file) => symlinkSync("/dev/zero", file),
    () => {},
  ];
  for (const [number, makeOne] of make.entries()) {
    for (const file of Object.values(pair(number))) makeOne(file);
    assert.is(takeSharing(pair(number), limit), undefined, String(number));
  }
  for (const offered of [undefined, 1, {}, { caller: 1, worker: 2 }])
    assert.is(takeSharing(offered, limit), undefined);
});

test("a worker opens no file of another name, whatever a caller says", (t) => {
  const path = folder(t);
  const file = (name: string): string => {
    writeFileSync(join(path, name), "kept");
    return join(path, name);
  };
  const [caller, worker, secret] = [file("share-1-0-c"), file("share-1-0-w"), file("secret")];
  const sharing = takeSharing({ caller, worker }, 1_024)!;
  sharing.close();
  for (const offered of [
    { caller: secret, worker },
    { caller, worker: secret },
    { caller, worker: caller },
    { caller, worker: file("share-1-1-w") },
  ])
    assert.is(takeSharing(offered, 1_024), undefined, JSON.stringify(offered));
});

test("values of many sizes, many at once, go there and back; nothing is left behind", async (t) => {
  const { jobs, pool } = await running(t, { w: work({ workers: 2 }) });
  await connected(jobs, 2);
  const sizes = [LARGE_BYTES - 1, LARGE_BYTES, LARGE_BYTES + 1, 1_000_000, 2 ** 20, 5_000_000];
  for (let round = 0; round < 3; round++) {
    const inputs = Array.from({ length: 24 }, (_, index) => bytesOf(index + 100 * round, sizes[index % 6]!));
    const results = (await jobs.map("echo", inputs)) as Buffer[];
    for (const [index, result] of results.entries())
      assert.ok(Buffer.isBuffer(result) && inputs[index]!.equals(result), `${round} ${index}`);
  }
  const deep = { list: [bytesOf(1, 300_000), new Float64Array(50_000).fill(1.5)], text: "ä".repeat(200_000) };
  assert.equal(await jobs.run("echo", deep), deep);
  assert.equal(await jobs.run("echo", new Uint8Array(200_000).fill(3)), new Uint8Array(200_000).fill(3));
  const keyed = bytesOf(2, 300_000);
  assert.ok(keyed.equals((await jobs.run("echo", keyed, { idempotencyKey: "k", retries: 1 })) as Buffer));
  if (!isShared) return;
  const open = readdirSync(`/proc/${pidOf(pool, "w#0")}/fd`).flatMap((fd) => {
    try {
      return readlinkSync(`/proc/${pidOf(pool, "w#0")}/fd/${fd}`);
    } catch {
      return [];
    }
  });
  const shared = open.filter((path) => path.includes("/share-"));
  assert.is(shared.length, 2, "both sides");
  assert.ok(
    shared.every((path) => path.endsWith(" (deleted)")),
    "which have no name any more",
  );
});

test("a large input is what it was when the call was made, also when a worker gives it back", async (t) => {
  const groups = { w: work({ workers: { min: 1, max: 2 }, jobs: { maxConcurrent: 1 } }) };
  const { jobs, pool } = await running(t, groups);
  const call = (index: number): Promise<boolean> => {
    const input = bytesOf(index, 400_000);
    const result = jobs.run("echo", input) as Promise<Buffer>;
    input.fill(0xff);
    return result.then((bytes) => bytes.equals(bytesOf(index, 400_000)));
  };
  assert.ok(await call(99), "one that waits for the connection");
  await pool.scale("w", 2);
  await connected(jobs, 2);
  // The first opens the shared memory; from then on what waits at a worker lies there only.
  assert.ok(await call(0));
  await Promise.all([call(1), call(2), call(3), call(4)]);
  const slow = [jobs.run("slow", { ms: 400 }), jobs.run("slow", { ms: 400 })];
  const calls = Array.from({ length: 12 }, (_, index) => call(index));
  const scaled = pool.scale("w", 1);
  assert.ok((await Promise.all(calls)).every(Boolean));
  await Promise.all([...slow, scaled]);
});

test.run();
