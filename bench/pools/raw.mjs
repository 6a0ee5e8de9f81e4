/** The limit: bytes to a process and back over a Unix socket, with nothing that a pool does. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../workers/jobs/raw.mjs", import.meta.url));

/** For each job: the bytes of a message, no fewer than a small head has, and what stands for the result. */
const jobs = {
  addOne: () => ({ length: 24, result: 42 }),
  echo: (input) => ({ length: input.length ?? JSON.stringify(input).length, result: input }),
  spin: (ms) => ({ length: 24, result: ms, spinMs: ms }),
};

async function openOne(index, payload, detached) {
  const path = join(tmpdir(), `raw-${process.pid}-${index}.sock`);
  const { length, result, spinMs = 0 } = jobs[payload.job](payload.input);
  const child = fork(program, [path, length, spinMs], { detached });
  await once(child, "message");
  const socket = connect(path);
  await once(socket, "connect");
  const message = Buffer.alloc(length, 1);
  const waiting = [];
  let first = 0;
  let had = 0;
  let due = 0;
  socket.on("data", (chunk) => {
    for (had += chunk.length; had >= length; had -= length) {
      const resolve = waiting[first++];
      if (first === waiting.length) first = waiting.length = 0;
      resolve(result);
    }
  });
  const flush = () => {
    const batch = length > 64 * 1024 ? undefined : Buffer.alloc(due * length, message);
    if (batch) socket.write(batch);
    else for (let sent = 0; sent < due; sent++) socket.write(message);
    due = 0;
  };
  return {
    get waiting() {
      return waiting.length - first;
    },
    run: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        if (due++ === 0) process.nextTick(flush);
      }),
    close: () => child.disconnect(),
  };
}

async function open({ workers, payload }, detached) {
  const all = await Promise.all(
    Array.from({ length: workers }, (_, index) => openOne(index, payload, detached)),
  );
  return {
    run: () => all.reduce((least, one) => (one.waiting < least.waiting ? one : least)).run(),
    close: async () => all.forEach((one) => one.close()),
  };
}

export const pools = {
  limit: (setup) => open(setup, false),
  // As poolable starts its workers, so that it can end them with all that they have started.
  sessions: (setup) => open(setup, true),
};
