import { createHash, timingSafeEqual } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as setTimeout$1 } from 'node:timers/promises';
import { performance as performance$1 } from 'node:perf_hooks';
import { J as JobError } from '../shared/poolable.DghgEwJh.mjs';
import { H as Heap, f as failureOf, F as FLAG, s as shortFrame, e as encode, a as HEAD_BYTES, w as writeHead, K as KIND, b as bufferHead, L as LARGE_BYTES, d as sharedFrame, S as SHARED, g as createOutbox, h as createFrameReader, i as decode, W as WIRE_VERSION, R as RUN_HEAD_BYTES, j as STREAM_WINDOW, r as readU32, t as takeSharing, k as readRunHead, m as readRegion, o as orderOf } from '../shared/poolable.Byx8o-YS.mjs';
import '../shared/poolable.Cyn1lGc9.mjs';
import 'node:path';
import '../shared/poolable.CBWgDNvk.mjs';

const HOG_MS = 5;
const REMEMBERED = 1e3;
function createHogs(mark) {
  const known = /* @__PURE__ */ new Map();
  let isMarked = false;
  return {
    beginning(name) {
      if (isMarked || (known.get(name) ?? Infinity) < HOG_MS) return void 0;
      isMarked = true;
      const remove = mark();
      return () => {
        isMarked = false;
        remove();
      };
    },
    stretched(name, ms) {
      if (known.size < REMEMBERED || known.has(name)) known.set(name, ms);
    }
  };
}

const AHEAD_MS = 5;
const AHEAD_MAX = 256;
const AHEAD_FIRST = 4;
const HALF_AFTER_JOBS = 256;
const HALF_AFTER_MS = 200;
class Pace {
  #settled = 0;
  #busyMs = 0;
  #running = 0;
  #busySince = 0;
  begin(now) {
    if (this.#running++ === 0) this.#busySince = now;
  }
  settle(now) {
    this.#settled++;
    this.#busyMs += now - this.#busySince;
    this.#busySince = now;
    this.#running--;
    if (this.#settled <= HALF_AFTER_JOBS && this.#busyMs <= HALF_AFTER_MS) return;
    this.#settled /= 2;
    this.#busyMs /= 2;
  }
  /** Unsettled jobs that the worker wants to have, where at most `concurrency` of them run at once. */
  window(concurrency) {
    const rate = this.#busyMs > 0 ? this.#settled / this.#busyMs : 0;
    const known = this.#settled >= 1;
    const ahead = known ? Math.min(AHEAD_MAX, Math.floor(AHEAD_MS * rate)) : AHEAD_FIRST;
    const more = Math.max(ahead, this.#running, 1);
    return Math.max(2, Math.min(this.#running + more, concurrency + Math.max(1, ahead)));
  }
}

const TURN_MS$1 = 1;
class Scheduler {
  #events;
  #sliceMs;
  #strands = /* @__PURE__ */ new Set();
  #isScheduled = false;
  constructor(sliceMs, events) {
    this.#sliceMs = sliceMs;
    this.#events = events;
  }
  /** Generators that are not finished. */
  get size() {
    return this.#strands.size;
  }
  add(task, steps) {
    let had = Infinity;
    for (const strand2 of this.#strands) if (!strand2.parked) had = Math.min(had, strand2.had);
    const strand = {
      task,
      steps,
      share: 1 + task.head.priority,
      had: had === Infinity ? 0 : had,
      parked: false,
      interruption: void 0
    };
    task.interrupt = (reason) => {
      strand.interruption ??= { reason };
      this.#wake(strand);
    };
    task.resume = () => this.#wake(strand);
    this.#strands.add(strand);
    this.#schedule();
  }
  #wake(strand) {
    strand.parked = false;
    this.#schedule();
  }
  #schedule() {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#slice();
    });
  }
  #slice() {
    const end = performance$1.now() + this.#sliceMs;
    for (; ; ) {
      const strand = this.#next();
      if (!strand) return;
      const begin = performance$1.now();
      let now = begin;
      do {
        this.#step(strand);
        now = performance$1.now();
      } while (this.#strands.has(strand) && !strand.parked && now - begin < TURN_MS$1 && now < end);
      strand.had += (now - begin) / strand.share;
      if (now >= end) break;
    }
    if (this.#next()) this.#schedule();
  }
  #next() {
    let least;
    for (const strand of this.#strands)
      if (!strand.parked && (!least || strand.had < least.had)) least = strand;
    return least;
  }
  #step(strand) {
    const { task, steps, interruption } = strand;
    try {
      const { done, value } = interruption ? interrupt(steps, interruption.reason) : steps.next();
      if (done) {
        this.#strands.delete(strand);
        this.#events.done(task, value);
      } else if (interruption) strand.interruption = void 0;
      else if (value !== void 0 && task.credit !== Infinity) {
        yieldTo(task, value, steps);
        task.credit--;
        if (task.credit <= 0) strand.parked = true;
      }
    } catch (error) {
      this.#strands.delete(strand);
      this.#events.failed(task, error);
    }
  }
}
function yieldTo({ sink }, value, steps) {
  try {
    sink.item(value);
  } catch (error) {
    steps.return?.();
    throw error;
  }
}
function interrupt(steps, reason) {
  if (steps.throw) return steps.throw(reason);
  throw reason;
}

async function runStream(task, steps, events) {
  let reason;
  task.interrupt = (why) => {
    reason = why;
    task.resume?.();
  };
  try {
    for (; ; ) {
      const { done, value } = await (reason !== void 0 && steps.throw ? steps.throw(reason) : steps.next());
      if (done) return events.done(task, value);
      if (task.credit === Infinity || value === void 0 || reason !== void 0) continue;
      try {
        task.sink.item(value);
      } catch (error) {
        await steps.return?.();
        throw error;
      }
      if (--task.credit <= 0) await new Promise((go) => task.resume = go);
    }
  } catch (error) {
    events.failed(task, error);
  }
}
function isThenable(value) {
  return typeof value.then === "function";
}
function isIterator(value, kind) {
  return typeof value.next === "function" && kind in value;
}

const TURN_MS = 1;
class Executor {
  counts = { accepted: 0, processed: 0, failed: 0, rejected: 0 };
  #options;
  #events;
  #scheduler;
  #ends = {
    done: (task, result) => this.#done(task, result),
    failed: (task, error) => this.#failed(task, error)
  };
  #pace = new Pace();
  #waiting = new Heap();
  #running = /* @__PURE__ */ new Set();
  #weight = 0;
  /** A job that tolerates no other runs. */
  #isAlone = false;
  /** Until when jobs may be begun in this turn of the loop. */
  #turnEnd;
  #onTurnEnd = [];
  #isBeginning = false;
  constructor(options, events) {
    this.#options = options;
    this.#events = events;
    this.#scheduler = new Scheduler(options.slice, this.#ends);
  }
  get running() {
    return this.#running.size;
  }
  get waiting() {
    return this.#waiting.size;
  }
  get weight() {
    return this.#weight;
  }
  accept(task) {
    this.counts.accepted++;
    this.#waiting.push(task);
    this.#beginMore();
  }
  /** Gives a job up: one that waits ends at once, one that runs is told. */
  abort(task, reason) {
    if (task.phase === "waiting") {
      this.#waiting.delete(task);
      task.phase = "settled";
      this.counts.rejected++;
      task.sink.failed(failureOf(reason));
      this.#rest();
    } else if (task.phase === "running") {
      task.job.abort(reason);
      task.interrupt?.(reason);
    }
  }
  /** Gives back what has not been begun. */
  giveBack() {
    for (let task = this.#waiting.pop(); task; task = this.#waiting.pop()) {
      task.phase = "settled";
      this.counts.rejected++;
      task.sink.returned();
    }
    this.#rest();
  }
  /** Tells every job that runs to end. */
  abortAll(reason) {
    for (const task of [...this.#running]) this.abort(task, reason);
  }
  #beginMore() {
    if (this.#isBeginning) return;
    this.#isBeginning = true;
    for (let next = this.#waiting.peek(); next && this.#fits(next); next = this.#waiting.peek()) {
      const now = performance$1.now();
      if (this.#turnEnd === void 0) this.#beginTurn(now);
      else if (now >= this.#turnEnd) break;
      this.#waiting.pop();
      this.#begin(next, now);
    }
    this.#isBeginning = false;
  }
  #beginTurn(now) {
    this.#turnEnd = now + TURN_MS;
    setImmediate(() => {
      this.#turnEnd = void 0;
      for (const then of this.#onTurnEnd.splice(0)) then();
      this.#beginMore();
      this.#events.window(this.#pace.window(this.#options.maxConcurrent));
      this.#events.turned?.();
    });
  }
  #fits(task) {
    if (this.#running.size === 0) return true;
    if (this.#isAlone || task.head.flags & FLAG.alone) return false;
    return this.#running.size < this.#options.maxConcurrent && this.#weight + task.weight <= this.#options.capacity;
  }
  #begin(task, now) {
    task.phase = "running";
    this.#running.add(task);
    this.#weight += task.weight;
    if (task.head.flags & FLAG.alone) this.#isAlone = true;
    this.#pace.begin(now);
    const { timeLimit } = this.#options;
    task.job.begin(timeLimit);
    if (timeLimit !== void 0) {
      const timer = setTimeout(() => this.#overdue(task, timeLimit), timeLimit);
      task.disarm = () => clearTimeout(timer);
    }
    if (task.head.flags & FLAG.tell) task.sink.begun(() => this.#run(task));
    else this.#run(task);
  }
  #run(task) {
    if (task.job.isAborted) return this.#failed(task, new JobError("ABORTED", "aborted before it was begun"));
    const ended = this.#events.beginning?.(task.job.name);
    if (ended) this.#onTurnEnd.push(ended);
    const begin = performance$1.now();
    let result;
    try {
      result = task.handler(task.later ? task.later() : task.input, task.job);
    } catch (error) {
      return this.#failed(task, error);
    } finally {
      this.#events.stretched?.(task.job.name, performance$1.now() - begin);
    }
    if (typeof result !== "object" || result === null) this.#done(task, result);
    else if (isThenable(result))
      result.then(
        (value) => this.#done(task, value),
        (error) => this.#failed(task, error)
      );
    else if (isIterator(result, Symbol.iterator)) this.#scheduler.add(task, result);
    else if (isIterator(result, Symbol.asyncIterator))
      void runStream(task, result, this.#ends);
    else this.#done(task, result);
  }
  #overdue(task, timeLimit) {
    const error = new JobError("RUN_TIMEOUT", `it ran longer than ${timeLimit} ms, the group's time limit`);
    this.abort(task, error);
    this.#settle(task, () => task.sink.failed(failureOf(error)), false);
  }
  #done(task, result) {
    this.#settle(task, () => task.sink.result(result), true);
    this.#end(task);
  }
  #failed(task, error) {
    this.#settle(task, () => task.sink.failed(failureOf(error)), false);
    this.#end(task);
  }
  #settle(task, tell, isGood) {
    if (task.phase !== "running") return;
    task.phase = "settled";
    if (isGood) this.counts.processed++;
    else this.counts.failed++;
    tell();
  }
  /** The job does not run any more. */
  #end(task) {
    if (!this.#running.delete(task)) return;
    task.disarm?.();
    this.#weight -= task.weight;
    this.#isAlone = false;
    this.#pace.settle(performance$1.now());
    if (this.#waiting.size > 0) this.#beginMore();
    else this.#rest();
  }
  #rest() {
    if (this.#running.size === 0 && this.#waiting.size === 0) this.#events.idle();
  }
}

const MAX_WAITING_BYTES = 1024 * 1024;
function createAnswers(outbox, maxBytes, warn) {
  let memory;
  function send(kind, id, value) {
    if (memory && Buffer.isBuffer(value) && isLarge(value)) {
      const region2 = memory.put([bufferHead(value.length), value]);
      if (region2) return sendShared(kind, id, region2);
    }
    const frame = encode(value, HEAD_BYTES);
    const length = frame.length - HEAD_BYTES;
    if (length > maxBytes) {
      const verb = kind === KIND.item ? "yielded" : "returned";
      const why = `what it ${verb} has ${length} bytes, the limit of the group is ${maxBytes}`;
      throw new JobError("VALUE_TOO_LARGE", why);
    }
    const region = frame.length < LARGE_BYTES ? void 0 : memory?.put([frame.subarray(HEAD_BYTES)]);
    if (region) return sendShared(kind, id, region);
    writeHead(frame, kind, id);
    outbox.push(frame);
  }
  function isLarge({ length }) {
    return length >= LARGE_BYTES && length + bufferHead(length).length <= maxBytes;
  }
  function sendShared(kind, id, region) {
    const frame = sharedFrame(HEAD_BYTES, region);
    writeHead(frame, kind | SHARED, id);
    outbox.push(frame);
  }
  const answers = {
    share: (own) => void (memory = own),
    begun(id, then) {
      outbox.push(shortFrame(KIND.begun, id));
      outbox.flushed(then);
    },
    item: (id, value) => send(KIND.item, id, value),
    progress(id, value) {
      if (outbox.waiting >= MAX_WAITING_BYTES) return;
      try {
        send(KIND.progress, id, value);
      } catch (error) {
        warn(`the progress of job ${id} is dropped: ${failureOf(error).message}`);
      }
    },
    result(id, value) {
      try {
        send(KIND.result, id, value);
      } catch (error) {
        answers.failed(id, failureOf(error));
      }
    },
    failed(id, failure) {
      const frame = encode(failure, HEAD_BYTES);
      writeHead(frame, KIND.failed, id);
      outbox.push(frame);
    },
    returned: (id) => outbox.push(shortFrame(KIND.returned, id)),
    say: (kind, value) => send(kind, 0, value)
  };
  return answers;
}

class TaskJob {
  name;
  caller;
  attempt;
  idempotencyKey;
  #timeout;
  #log;
  #progress;
  #deadline;
  #controller;
  #reason;
  #isAborted = false;
  constructor(about, timeout, progress, log) {
    this.name = about.name;
    this.caller = about.caller;
    this.attempt = about.attempt;
    this.idempotencyKey = about.idempotencyKey;
    this.#timeout = timeout;
    this.#progress = progress;
    this.#log = log;
  }
  get deadline() {
    return this.#deadline;
  }
  /** Its time runs from now on; `timeLimit` is what the group lets any job have. */
  begin(timeLimit = Infinity) {
    const ms = Math.min(timeLimit, this.#timeout || Infinity);
    if (ms !== Infinity) this.#deadline = Date.now() + ms;
  }
  get signal() {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#isAborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }
  get log() {
    return this.#log(this);
  }
  get isAborted() {
    return this.#isAborted;
  }
  progress(value) {
    this.#progress(value);
  }
  abort(reason) {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}

const HELLO_BYTES = 1024;
const HELLO_MS = 1e4;
const MAX_UNSETTLED = 2048;
function createSession(socket, options) {
  const { executor, maxBytes, capacity, log } = options;
  const names = Object.keys(options.handlers);
  const handlers = Object.values(options.handlers);
  const outbox = createOutbox(socket);
  const answers = createAnswers(outbox, maxBytes, log.warn);
  const tasks = /* @__PURE__ */ new Map();
  const windowBytes = 2 * maxBytes;
  let caller;
  let isWorker = false;
  let isDraining = false;
  let sharing;
  const timer = setTimeout(() => socket.destroy(), HELLO_MS).unref();
  const reader = createFrameReader(HELLO_BYTES, (kind, id, bytes, start, end, owned) => {
    const fault = take(kind, id, bytes, start, end, owned);
    if (fault !== void 0) hangUp(fault);
    return fault === void 0 && !socket.destroyed;
  });
  function hangUp(fault) {
    log.warn(`hung up on ${caller ?? "a stranger"}: ${fault}`);
    socket.destroy();
  }
  function take(kind, id, bytes, start, end, owned) {
    if (caller === void 0) return kind === KIND.hello ? greet(bytes, start, end) : "no hello";
    const task = tasks.get(id);
    switch (kind & ~SHARED) {
      case KIND.run:
        if (end - start < RUN_HEAD_BYTES) return "a run without its head";
        if (task) return `job ${id} twice`;
        if (tasks.size >= MAX_UNSETTLED) return `more than ${MAX_UNSETTLED} unsettled jobs`;
        return run(kind, id, bytes, start, end, owned);
      case KIND.abort:
        if (task) executor.abort(task, new JobError("ABORTED", "the caller has given it up"));
        return void 0;
      case KIND.pull:
        if (end - start !== HEAD_BYTES + 4) return "a pull without a number";
        if (!task) return void 0;
        task.credit = Math.min(STREAM_WINDOW, task.credit + readU32(bytes, start + HEAD_BYTES));
        task.resume?.();
        return void 0;
      case KIND.share:
        if (sharing) return "memory to share, twice";
        return share(bytes, start, end, owned);
      case KIND.taken:
        sharing?.own.free(id);
        return void 0;
      default:
        return `a frame of kind ${kind}`;
    }
  }
  function greet(bytes, start, end) {
    let hello;
    try {
      hello = Object(decode(bytes, start + HEAD_BYTES, end, false));
    } catch {
      return "a hello that cannot be read";
    }
    if (!options.isKnown(hello.token)) return "a wrong token";
    if (hello.version !== WIRE_VERSION) return `version ${String(hello.version)} of what we speak`;
    clearTimeout(timer);
    caller = typeof hello.caller === "string" ? hello.caller.slice(0, 100) : "?";
    isWorker = hello.isWorker === true;
    reader.limit = maxBytes + RUN_HEAD_BYTES;
    const window = options.welcomed();
    answers.say(KIND.welcome, { names, window, windowBytes, capacity });
    return void 0;
  }
  function share(bytes, start, end, owned) {
    try {
      sharing = takeSharing(decode(bytes, start + HEAD_BYTES, end, owned), maxBytes + RUN_HEAD_BYTES);
    } catch {
      return "memory to share that cannot be read of";
    }
    if (!sharing) return void 0;
    answers.share(sharing.own);
    outbox.push(shortFrame(KIND.shared, 0));
    return void 0;
  }
  function readShared(region) {
    if (!sharing || !region) throw new Error("an input that is nowhere");
    return decode(sharing.other.read(region), 0, region.length, true);
  }
  function run(kind, id, bytes, start, end, owned) {
    const head = readRunHead(bytes, start);
    const handler = handlers[head.name];
    if (!handler) return `job ${head.name} of ${handlers.length}`;
    if (isDraining) return void answers.returned(id);
    let input;
    let later;
    let idempotencyKey;
    try {
      if (!(kind & SHARED)) input = decode(bytes, start + RUN_HEAD_BYTES, end, owned);
      else {
        const region = readRegion(bytes, start + RUN_HEAD_BYTES, end);
        if (head.flags & (FLAG.keyed | FLAG.detached)) input = readShared(region);
        else later = () => readShared(region);
      }
      if (head.flags & FLAG.keyed) [input, idempotencyKey] = input;
    } catch (error) {
      answers.failed(id, failureOf(error));
      return void 0;
    }
    const sink = sinkOf(id, (head.flags & FLAG.detached) !== 0);
    const { attempt, timeout, priority, weight, flags } = head;
    const about = { name: names[head.name], caller, attempt, idempotencyKey };
    const task = {
      id,
      order: orderOf(performance.now(), priority),
      place: -1,
      head,
      job: new TaskJob(about, timeout, sink.progress, jobLog),
      handler,
      input,
      later,
      sink,
      weight: Math.min(Math.max(1, weight), capacity),
      phase: "waiting",
      credit: flags & FLAG.stream ? STREAM_WINDOW : Infinity,
      resume: void 0,
      interrupt: void 0,
      disarm: void 0
    };
    tasks.set(id, task);
    executor.accept(task);
    return void 0;
  }
  function jobLog({ name }) {
    const say = (level) => (message, data) => log[level](`${name}: ${message}`, data);
    return { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
  }
  function sinkOf(id, isDetached) {
    return {
      begun: (then) => answers.begun(id, then),
      item: (value) => answers.item(id, value),
      progress(value) {
        if (tasks.has(id)) answers.progress(id, value);
      },
      result(value) {
        tasks.delete(id);
        answers.result(id, isDetached ? void 0 : value);
      },
      failed(failure) {
        tasks.delete(id);
        answers.failed(id, failure);
      },
      returned() {
        tasks.delete(id);
        answers.returned(id);
      }
    };
  }
  socket.on("data", (chunk) => {
    const fault = reader.push(chunk);
    if (fault !== void 0) hangUp(fault);
  });
  socket.on("error", () => {
  });
  socket.on("close", () => {
    clearTimeout(timer);
    sharing?.close();
    const gone = new JobError("ABORTED", "the caller has gone");
    for (const task of [...tasks.values()])
      if (!(task.head.flags & FLAG.detached)) executor.abort(task, gone);
    options.closed();
  });
  return {
    get unsettled() {
      return tasks.size;
    },
    get isWorker() {
      return isWorker;
    },
    offer: (window) => outbox.push(shortFrame(KIND.window, 0, window)),
    drain() {
      if (isDraining) return;
      isDraining = true;
      outbox.push(shortFrame(KIND.draining, 0));
    },
    end: () => new Promise((resolve) => {
      if (socket.destroyed) return resolve();
      socket.once("close", () => resolve());
      outbox.flushed(() => socket.end());
    }),
    destroy: () => void socket.destroy()
  };
}

const MAX_SESSIONS = 1024;
const MAX_STRANGERS = 64;
const FAREWELL_MS = 5e3;
const WINDOW_STEP = 1 / 4;
async function serveJobs(options) {
  const { handlers, maxBytes, path, log, capacity } = options;
  const digest = digestOf(options.token);
  const sessions = /* @__PURE__ */ new Set();
  let strangers = 0;
  let window = 4;
  let isDraining = false;
  const waiting = /* @__PURE__ */ new Set();
  const onRest = () => {
    for (const look of [...waiting]) look();
  };
  const executor = new Executor(options, {
    window: offer,
    idle: onRest,
    beginning: options.beginning,
    stretched: options.stretched,
    turned: options.turned
  });
  function offer(wanted) {
    let busy = 0;
    for (const session of sessions) if (session.unsettled > 0) busy++;
    const next = Math.max(2, Math.ceil(wanted / Math.max(1, busy)));
    if (Math.abs(next - window) <= window * WINDOW_STEP) return;
    window = next;
    for (const session of sessions) session.offer(window);
  }
  function accept(socket) {
    if (strangers >= MAX_STRANGERS || sessions.size >= MAX_SESSIONS) return void socket.destroy();
    let isStranger = true;
    strangers++;
    const admit = () => {
      if (isStranger) strangers--;
      isStranger = false;
    };
    const session = createSession(socket, {
      handlers,
      executor,
      maxBytes,
      capacity,
      log,
      isKnown: (token) => timingSafeEqual(digestOf(token), digest),
      welcomed() {
        admit();
        sessions.add(session);
        if (isDraining) session.drain();
        return window;
      },
      closed() {
        admit();
        sessions.delete(session);
        onRest();
      }
    });
  }
  const server = createServer({ allowHalfOpen: false }, accept);
  await listen(server, path);
  server.on("error", (error) => log.warn(`a caller could not be accepted: ${error.message}`));
  const isIdle = () => executor.running === 0 && executor.waiting === 0;
  const until = (isSo) => new Promise((resolve) => {
    const look = () => {
      if (!isSo()) return;
      waiting.delete(look);
      resolve();
    };
    waiting.add(look);
    look();
  });
  const refuse = () => {
    isDraining = true;
    for (const session of sessions) session.drain();
    executor.giveBack();
  };
  return {
    counts: executor.counts,
    get load() {
      return { running: executor.running, waiting: executor.waiting, weight: executor.weight };
    },
    async drain({ untilCallersLeave = false } = {}) {
      if (untilCallersLeave)
        await until(() => isDraining || isIdle() && ![...sessions].some(({ isWorker }) => isWorker));
      server.close();
      refuse();
      await until(isIdle);
      const hungUp = until(() => sessions.size === 0);
      await Promise.race([hungUp, setTimeout$1(FAREWELL_MS, void 0, { ref: false })]);
      await Promise.all([...sessions].map((session) => session.end()));
    },
    stop(reason) {
      refuse();
      executor.abortAll(reason);
    },
    close() {
      server.close();
      for (const session of sessions) session.destroy();
      if (process.platform !== "win32") rmSync(path, { force: true });
    }
  };
}
function listen(server, path) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const before = process.umask(127);
    try {
      server.listen(path, () => {
        server.off("error", reject);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}
function digestOf(token) {
  return createHash("sha256").update(typeof token === "string" ? token.slice(0, 256) : "").digest();
}

export { createHogs, serveJobs };
