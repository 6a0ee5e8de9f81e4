import type { Mutant } from "../mutants.data.ts";

const dispatcher = "plugins/jobs/client/dispatcher.ts";
const ends = "plugins/jobs/client/settlement.ts";
const times = "plugins/jobs/client/timeouts.ts";
const assign = "plugins/jobs/client/assign.ts";
const losses = "plugins/jobs/client/worker-losses.ts";
const target = "plugins/jobs/client/target.ts";
const targets = "plugins/jobs/client/targets.ts";
const waiting = "plugins/jobs/client/waiting.ts";
const controller = "plugins/scaling/controller.ts";

/** Faults that somebody could make while changing what calls and scales, ordered by file. */
export const jobMutants: readonly Mutant[] = [
  {
    file: ends,
    find: 'if (call.phase === "settled") return false;\n  call.phase = "settled";',
    replace: 'call.phase = "settled";',
    what: "a call ends twice",
  },
  {
    file: dispatcher,
    find: "else this.#losses.lost(call, target);",
    replace: "",
    what: "what a worker had is forgotten when it ends",
  },
  {
    file: dispatcher,
    find: "if (call.begun) this.#again(call);\n    else this.#wait(call);",
    replace: "",
    what: "what a draining worker gives back is lost",
  },
  {
    file: dispatcher,
    find: "if (!target && !this.#losses.release(call)) this.#waiting.delete(call);",
    replace: "",
    what: "a call that was given up stays in the queue",
  },
  {
    file: dispatcher,
    find: "target.link?.abort(call.id);",
    replace: "target.sent.delete(call.id);",
    what: "the place of a call that was given up is free before the worker has ended it",
  },
  {
    file: dispatcher,
    find: "if (size >= this.#terms.maxQueued)",
    replace: "if (size > this.#terms.maxQueued)",
    what: "one call too many waits",
  },
  {
    file: dispatcher,
    find: "if (size > 0 && bytes + call.size > this.#terms.maxQueuedBytes)",
    replace: "if (size > 0 && bytes > this.#terms.maxQueuedBytes)",
    what: "bytes over the limit wait",
  },
  {
    file: assign,
    find: "if (target !== this.#reserved && hasRoom(target, call)) able.push(target);",
    replace: 'if (target !== this.#reserved && target.state === "open") able.push(target);',
    what: "calls go to workers without room",
  },
  {
    file: dispatcher,
    find: "if (call.begun) return;\n    call.begun = true;",
    replace: "if (call.begun) return;",
    what: "that a call has begun is not kept",
  },
  {
    file: times,
    find: 'this.#arm(call, call.timeout, "RUN_TIMEOUT", "ran");',
    replace: "",
    what: "nothing ends a call that runs too long",
  },
  {
    file: times,
    find: 'this.#arm(call, call.queueTimeout, "QUEUE_TIMEOUT", "waited");',
    replace: 'this.#arm(call, call.queueTimeout ?? call.timeout, "QUEUE_TIMEOUT", "waited");',
    what: "the time of the run is taken for that of the queue",
  },
  {
    file: dispatcher,
    find: 'call.waits ? undefined : this.#ends.error(call, "NO_WORKER", "no worker is free"),',
    replace: 'this.#ends.error(call, "NO_WORKER", "no worker is free"),',
    what: "calls that would wait are refused along with one that would not",
  },
  {
    file: dispatcher,
    find: 'if (this.#state === "stopping" && !isUp) return this.#failStopping();',
    replace: "",
    what: "the calls of a worker outlive the last one that could take them",
  },
  {
    file: dispatcher,
    find: "for (const call of this.#targets.sent()) this.#ends.fail(call, closed(call));",
    replace: "",
    what: "a connection that is closed forgets what is at workers",
  },
  {
    file: dispatcher,
    find: "directory.needWorker(group, this.#waiting.size, clock.now() - this.#waiting.since());",
    replace: "",
    what: "nobody is asked for a worker",
  },
  {
    file: dispatcher,
    find: "this.#askedAt = clock.now();",
    replace: "this.#askedAt = Infinity;",
    what: "a worker is asked for only once",
  },
  {
    file: losses,
    find: "    if (mayRepeat(call)) return again(call);\n    let given",
    replace: "    let given",
    what: "a call that a stop has cut short is not begun again",
  },
  {
    file: losses,
    find: "    if (mayRepeat(call)) return again(call);\n    let given",
    replace: "    return again(call);\n    let given",
    what: "a call that a stop has cut short is begun again, whether it may or not",
  },
  {
    file: dispatcher,
    find: "else this.#losses.interrupted(call, target, value);",
    replace: "",
    what: "a call that a stop has cut short is forgotten",
  },
  {
    file: dispatcher,
    find: "this.#targets.orphan();",
    replace: "",
    what: "the workers of a supervisor that has gone are taken for those of the next one",
  },
  {
    file: dispatcher,
    find: 'if (this.#state === "stopping" && !isUp) return this.#failStopping();',
    replace:
      'if ((this.#state === "stopping" || this.#state === "away") && !isUp) return this.#failStopping();',
    what: "calls do not wait for a supervisor to come back",
  },
  {
    file: losses,
    find: "if (retries > 0) return losses <= retries;",
    replace: "if (retries > 0) return losses <= retries + 1;",
    what: "a call is begun once more than it says",
  },
  {
    file: losses,
    find: "if (items > 0) return false;",
    replace: "",
    what: "a stream that was read is begun again",
  },
  {
    file: losses,
    find: "return (flags & FLAG.keyed) !== 0 && losses < LOSSES_AT_MOST;",
    replace: "return losses < LOSSES_AT_MOST;",
    what: "calls are begun again that must not be",
  },
  {
    file: losses,
    find: "return (flags & FLAG.keyed) !== 0 && losses < LOSSES_AT_MOST;",
    replace: "return false;",
    what: "a call with a key is not begun again",
  },
  {
    file: losses,
    find: "if (innocent === true || (ranAlone && !call.begun)) return;",
    replace: "",
    what: "calls are suspected of what a kill from outside has done, or of a worker that they never ran on",
    escapes: true,
  },
  {
    file: losses,
    find: "if (innocent) call.suspicions.delete(key);",
    replace: "if (innocent) call.suspicions.set(key, true);",
    what: "a verdict is taken for its opposite",
  },
  {
    file: target,
    find: 'if (state !== "open" || alone || sent.size >= window || !names.has(call.name)) return false;',
    replace: 'if (state !== "open" || alone || sent.size > window || !names.has(call.name)) return false;',
    what: "one call more than the window is sent",
  },
  {
    file: target,
    find: "return sent.size === 0 || bytes + call.size <= windowBytes;",
    replace: "return true;",
    what: "the window of bytes is ignored",
  },
  {
    file: targets,
    find: "draining: () => this.#leave(target),",
    replace: "draining() {},",
    what: "calls go on to a worker that has said that it drains",
  },
  {
    file: targets,
    find: "if (target.sent.size === 0) target.link?.close();",
    replace: "target.link?.close();",
    what: "a caller hangs up on a draining worker that still has jobs of it",
  },
  {
    file: targets,
    find: 'if (call && call.phase !== "settled") then(call);',
    replace: "if (call) then(call);",
    what: "a call that has ended hears of its job",
  },
  {
    file: targets,
    find: 'else if (before !== "draining") this.#reconnect(target, before === "connecting");',
    replace: "",
    what: "a connection that was lost is not made again",
  },
  {
    file: targets,
    find: "target.sent.clear();",
    replace: "",
    what: "what was lost still counts as sent",
  },
  {
    file: waiting,
    find: "this.#bytes -= call.size;",
    replace: "",
    what: "bytes that waited are never taken off",
  },
  {
    file: waiting,
    find: "this.#suspects = this.#suspects.filter((other) => other !== call);",
    replace: "",
    what: "a suspect call is sent again and again",
  },
  {
    file: controller,
    find: "const to = Math.min(view.max, Math.max(view.min, Math.round(wanted)));",
    replace: "const to = Math.round(wanted);",
    what: "a strategy gets what it wants, whatever the range",
  },
  {
    file: controller,
    find: 'view.desired === 0 && view.requests > 0 && view.max > 0 ? { to: 1, by: "demand" } : undefined;',
    replace: "undefined;",
    what: "demand does not wake a group up",
  },
];
