import { constants, closeSync, readSync, openSync, fstatSync, writeSync, ftruncateSync } from 'node:fs';

const ends = {
  "exit:idle": "idle",
  "exit:backoff": "backoff",
  "exit:permanent": "permanent",
  "exit:failed": "failed"
};
const SLOT_STATES = {
  idle: {
    meaning: "never started, scaled down, or ended",
    process: false,
    on: { start: "starting", wait: "backoff" }
  },
  starting: {
    meaning: "awaits hello, then ready",
    process: true,
    on: { ready: "ready", goodbye: "draining", stop: "stopping", kill: "killing", ...ends }
  },
  ready: {
    meaning: "serving",
    process: true,
    on: { goodbye: "draining", drain: "draining", stop: "stopping", kill: "killing", ...ends }
  },
  draining: {
    meaning: "takes nothing new, finishes what it has",
    process: true,
    on: { stop: "stopping", kill: "killing", ...ends }
  },
  stopping: {
    meaning: "stop message, then SIGTERM",
    process: true,
    on: { kill: "killing", ...ends }
  },
  killing: {
    meaning: "SIGKILL to the process group",
    process: true,
    on: { ...ends }
  },
  backoff: {
    meaning: "restarts at a set time",
    process: false,
    on: { cancel: "idle" }
  },
  permanent: {
    meaning: "ended voluntarily for good",
    process: false,
    on: {}
  },
  failed: {
    meaning: "restart budget spent",
    process: false,
    on: { cancel: "idle" }
  }
};
const POOL_STATES = {
  init: { meaning: "configured, nothing started", next: ["running", "terminated"] },
  running: { meaning: "slots are kept as desired", next: ["restarting", "shutdown"] },
  restarting: { meaning: "a hard reload: all end, then all start", next: ["running", "shutdown"] },
  shutdown: { meaning: "all workers end; nothing starts", next: ["terminated"] },
  terminated: { meaning: "no process is left", next: [] }
};
const DEADLINES = {
  hello: { ms: null, meaning: "no hello" },
  ready: { ms: null, meaning: "not ready" },
  silence: { ms: null, meaning: "no heartbeat for most of its time: told, and asked for a word" },
  heartbeat: { ms: null, meaning: "no heartbeat" },
  settle: { ms: null, meaning: "ready long enough to serve" },
  trial: { ms: null, meaning: "served long enough to take over" },
  channel: { ms: 1e3, meaning: "connection gone, process alive" },
  drain: { ms: null, meaning: "still draining" },
  leave: { ms: 2e3, meaning: "still there after its goodbye" },
  stop: { ms: null, meaning: "did not stop" },
  term: { ms: null, meaning: "did not stop after SIGTERM" },
  kill: { ms: 5e3, meaning: "still there after SIGKILL" },
  backoff: { ms: null, meaning: "time to restart" }
};
function isUp(state) {
  return state === "running" || state === "restarting";
}
function notRunning(state) {
  return isUp(state) ? void 0 : `the pool is not running (${state})`;
}

const FIELDS = [
  "pid",
  "epoch",
  "generation",
  "state",
  "startedAt",
  "updatedAt",
  "rss",
  "heapUsed",
  "connectionsAccepted",
  "connectionsProcessed",
  "connectionsRunning",
  "connectionsFailed",
  "connectionsRejected",
  "requests",
  "jobsAccepted",
  "jobsProcessed",
  "jobsRunning",
  "jobsWaiting",
  "jobsFailed",
  "jobsRejected",
  "weight",
  "capacity",
  "utilisation",
  "cpu",
  "delayMs",
  "hoggingSince"
];
const STATES = Object.keys(SLOT_STATES);
const NUMBERS = 32;
const RECORD_BYTES = NUMBERS * 8;
const LAST = NUMBERS - 1;
const SUM = 2 * (LAST - 1);
function emptyState() {
  const fields = FIELDS.map((field) => [field, field === "state" ? "idle" : 0]);
  return Object.fromEntries(fields);
}
function recordBuffer() {
  const buffer = new ArrayBuffer(RECORD_BYTES);
  return { bytes: new Uint8Array(buffer), numbers: new Float64Array(buffer), words: new Int32Array(buffer) };
}
function fill({ numbers, words }, state, sequence) {
  numbers[0] = sequence;
  for (let index = 0; index < FIELDS.length; index++) {
    const value = state[FIELDS[index]];
    numbers[index + 1] = typeof value === "number" ? value : STATES.indexOf(value);
  }
  numbers[LAST] = sequence;
  words[SUM] = checksum(words);
}
function parse({ numbers, words }) {
  if (numbers[0] === 0 || numbers[0] !== numbers[LAST] || words[SUM] !== checksum(words)) return void 0;
  const state = {};
  for (let index = 0; index < FIELDS.length; index++) {
    const field = FIELDS[index];
    const value = numbers[index + 1];
    state[field] = field === "state" ? STATES[value] ?? "idle" : value;
  }
  return state;
}
function checksum(words) {
  let sum = 2166136261;
  for (let index = 0; index < words.length; index++)
    if (index !== SUM) sum = Math.imul(sum ^ words[index], 16777619) ^ sum >>> 15;
  return sum | 0;
}

const MAGIC = 88301563036161;
const MAX_HEAD_BYTES = 64 * 1024 * 1024;
const TRIES = 4;
function createBoard(path, head) {
  const text = Buffer.from(JSON.stringify(head));
  const begin = Math.ceil((RECORD_BYTES + text.length) / RECORD_BYTES) * RECORD_BYTES;
  const numbers = new Float64Array([MAGIC, begin, text.length]);
  const file = openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | noFollow(), 384);
  try {
    ftruncateSync(file, begin + head.slots.length * head.recordsPerSlot * RECORD_BYTES);
    writeSync(file, text, 0, text.length, RECORD_BYTES);
    writeSync(file, new Uint8Array(numbers.buffer), 0, numbers.byteLength, 0);
  } finally {
    closeSync(file);
  }
  return begin;
}
function openWriter(path, offset) {
  const buffer = recordBuffer();
  let file = tryOpen(path, constants.O_RDWR | noFollow());
  let sequence = 0;
  const close = () => {
    if (file !== void 0) closeSync(file);
    file = void 0;
  };
  return {
    write(state) {
      if (file === void 0) return;
      fill(buffer, state, ++sequence);
      try {
        writeSync(file, buffer.bytes, 0, RECORD_BYTES, offset);
      } catch {
        close();
      }
    },
    close
  };
}
function clearRecord(path, offset) {
  const file = tryOpen(path, constants.O_RDWR | noFollow());
  if (file === void 0) return;
  try {
    writeSync(file, new Uint8Array(RECORD_BYTES), 0, RECORD_BYTES, offset);
  } catch {
  } finally {
    closeSync(file);
  }
}
function openReader(path) {
  const file = tryOpen(path, constants.O_RDONLY);
  if (file === void 0) return void 0;
  const found = readHead(file);
  if (!found) {
    closeSync(file);
    return void 0;
  }
  const { head, begin } = found;
  const buffer = recordBuffer();
  let isOpen = true;
  return {
    head,
    offsets: (slot) => Array.from(
      { length: head.recordsPerSlot },
      (_, index) => begin + (slot * head.recordsPerSlot + index) * RECORD_BYTES
    ),
    read(offset) {
      for (let attempt = 0; isOpen && attempt < TRIES; attempt++) {
        try {
          if (readSync(file, buffer.bytes, 0, RECORD_BYTES, offset) < RECORD_BYTES) return void 0;
        } catch {
          return void 0;
        }
        const state = parse(buffer);
        if (state || buffer.numbers[0] === 0) return state;
      }
      return void 0;
    },
    close() {
      if (isOpen) closeSync(file);
      isOpen = false;
    }
  };
}
function readHead(file) {
  try {
    const numbers = new Float64Array(3);
    readSync(file, new Uint8Array(numbers.buffer), 0, numbers.byteLength, 0);
    const [magic, begin, length] = numbers;
    if (magic !== MAGIC || !(length > 0 && length < MAX_HEAD_BYTES) || begin > fstatSync(file).size)
      return void 0;
    const text = Buffer.alloc(length);
    readSync(file, text, 0, length, RECORD_BYTES);
    return { head: JSON.parse(text.toString()), begin };
  } catch {
    return void 0;
  }
}
function tryOpen(path, flags) {
  try {
    return openSync(path, flags);
  } catch {
    return void 0;
  }
}
function noFollow() {
  return constants.O_NOFOLLOW ?? 0;
}

export { DEADLINES as D, POOL_STATES as P, RECORD_BYTES as R, SLOT_STATES as S, openWriter as a, clearRecord as b, createBoard as c, emptyState as e, isUp as i, notRunning as n, openReader as o };
