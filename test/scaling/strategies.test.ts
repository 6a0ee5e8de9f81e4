/** What strategies want, and how fast a group follows; in virtual time. */
import * as assert from "uvu/assert";
import { byQueueWait, byRequest, bySchedule, byUtilisation, scaling } from "../../plugins/index.ts";
import type { GroupView, ScalingStrategy } from "../../plugins/index.ts";
import { checkBudget, overBudget, readMemory } from "../../plugins/scaling/budget.ts";
import { createController } from "../../plugins/scaling/controller.ts";
import { idlestFirst } from "../../plugins/scaling/idlest.ts";
import { emptyState } from "../../plugins/scoreboard/wire/record.ts";
import type { WorkerState } from "../../plugins/scoreboard/wire/record.ts";
import { suite } from "../_suite.ts";
import { Random } from "../simulator/random.ts";

const test = suite("scaling strategies");

const worker = (changes: Partial<WorkerState> = {}): WorkerState => ({ ...emptyState(), pid: 1, ...changes });
const busy = worker({ jobsRunning: 2 });
const idle = worker();

const view = (changes: Partial<GroupView> = {}): GroupView => ({
  group: "w",
  now: 0,
  wallNow: 0,
  min: 0,
  max: 10,
  desired: 2,
  ready: 2,
  starting: 0,
  workers: [busy, busy],
  requests: 0,
  waiting: 0,
  waitedMs: 0,
  ...changes,
});

/** What a strategy wants of one look. */
const wants = (strategy: ScalingStrategy, changes: Partial<GroupView> = {}): number | undefined =>
  strategy.create()(view(changes));

test("by request", () => {
  assert.is(wants(byRequest()), 2);
  assert.is(wants(byRequest(), { requests: 9 }), 3, "however many ask");
  assert.is(wants(byRequest(), { workers: [busy, idle] }), 1);
  const some = { workers: [busy, idle], requests: 1 };
  assert.is(wants(byRequest(), { ...some, waiting: 3 }), 2, "one has become free");
  assert.is(wants(byRequest(), some), 3, "nothing waits: it is a wish");
  assert.is(wants(byRequest(), { workers: [busy, idle], starting: 1 }), 2);
  assert.is(wants(byRequest(), { workers: [busy, worker({ connectionsRunning: 1 })] }), 2);
  assert.is(wants(byRequest(), { workers: [] }), 2, "who says nothing may be busy");
});

test("by queue wait", () => {
  const late = { requests: 1, waiting: 50 };
  assert.is(wants(byQueueWait({ target: 100 }), { ...late, waitedMs: 90 }), 2);
  assert.is(wants(byQueueWait({ target: 100 }), { ...late, waitedMs: 150 }), 3);
  assert.is(wants(byQueueWait({ target: 100 }), { ...late, waitedMs: 5_000 }), 4);
  assert.is(wants(byQueueWait(), { ...late, waiting: 1, waitedMs: 5_000 }), 3, "no more than wait");
  assert.is(wants(byQueueWait(), { ...late, waitedMs: 5_000, desired: 0 }), 2);
  assert.is(wants(byQueueWait(), { workers: [busy, idle] }), 1);
  assert.throws(() => byQueueWait({ target: "soon" }), /byQueueWait\(\{ target \}\): "soon" is not accepted/);
});

test("by utilisation: what keeps the loops at the target, and no swing around it", () => {
  const at = (utilisation: number, target = 0.5): number | undefined =>
    wants(byUtilisation({ target }), { workers: [worker({ utilisation }), worker({ utilisation })] });
  assert.equal([at(1), at(0.75), at(0.53), at(0.47), at(0.2), at(0)], [4, 3, 2, 2, 1, 0]);
  assert.is(wants(byUtilisation(), { workers: [idle] }), undefined, "one says nothing yet");
  assert.throws(() => byUtilisation({ of: "memory" as never }), /byUtilisation\(\{ of \}\): "memory" is not/);
  const cpu = wants(byUtilisation({ target: 0.5, of: "cpu" }), {
    workers: [worker({ utilisation: 1 }), worker({ cpu: 3 })],
  });
  assert.is(cpu, 6);
  assert.throws(() => byUtilisation({ target: 70 }), /expected a number above 0, at most 1/);
});

test("by schedule, also over midnight", () => {
  const at = (text: string): number => new Date(`2026-03-${text}:00`).getTime();
  const day = bySchedule([{ from: "08:00", to: "20:00", days: [1, 2, 3, 4, 5], workers: 4 }]);
  const night = bySchedule([
    { from: "22:00", to: "02:00", days: [5], workers: 6 },
    { from: "23:00", to: "24:00", workers: 3 },
  ]);
  // 6 March 2026 is a Friday.
  const wanted = (strategy: ScalingStrategy, text: string): number | undefined =>
    wants(strategy, { wallNow: at(text) });
  assert.equal(
    ["06T07:59", "06T08:00", "06T19:59", "06T20:00", "07T12:00"].map((text) => wanted(day, text)),
    [0, 4, 4, 0, 0],
  );
  assert.equal(
    ["06T21:59", "06T23:30", "07T01:59", "07T02:00", "07T23:30", "08T01:00"].map((text) =>
      wanted(night, text),
    ),
    [0, 6, 6, 0, 3, 0],
  );
  assert.throws(
    () => bySchedule([{ from: "8", to: "9:00", workers: 1 }]),
    /bySchedule: entry 0\.from: "8" is not/,
  );
  assert.throws(() => bySchedule([{ from: "08:00", to: "24:01", workers: 1 }]), /entry 0\.to/);
  assert.throws(() => bySchedule([{ from: "08:00", to: "09:00", days: [7], workers: 1 }]), /entry 0\.days/);
  assert.throws(() => bySchedule([{ from: "08:00", to: "09:00", workers: -1 }]), /entry 0\.workers/);
});

const pace = { up: 1_000, down: 30_000, refused: 10_000 };

test("a burst of requests is one worker, then another after the cooldown", () => {
  const controller = createController([byRequest()], pace);
  let desired = 1;
  const steps: [number, number][] = [];
  for (let now = 0; now < 3_500; now += 10) {
    const step = controller.look(view({ now, desired, requests: 100, workers: [busy] }));
    if (!step) continue;
    steps.push([now, step.to]);
    desired = step.to;
  }
  assert.equal(steps, [
    [0, 2],
    [1_000, 3],
    [2_000, 4],
    [3_000, 5],
  ]);
});

test("nothing is added while workers are on their way; from nothing it goes up at once", () => {
  const controller = createController([byRequest()], pace);
  assert.equal(controller.look(view({ now: 0, desired: 0, requests: 1, workers: [] })), {
    to: 1,
    by: "demand",
  });
  assert.is(controller.look(view({ now: 5_000, desired: 1, starting: 1, requests: 1 })), undefined);
  assert.equal(controller.look(view({ now: 5_100, desired: 0, requests: 1, workers: [] }))?.to, 1);
});

/** The steps of a group of 4 that are taken within `ms`, where `workersAt` says what its workers do. */
function stepsDown(
  ms: number,
  workersAt: (now: number, desired: number) => WorkerState[],
): [number, number][] {
  const controller = createController([byRequest()], pace);
  let desired = 4;
  const steps: [number, number][] = [];
  for (let now = 0; now < ms; now += 1_000) {
    const step = controller.look(view({ now, desired, min: 1, workers: workersAt(now, desired) }));
    if (!step) continue;
    steps.push([now, step.to]);
    desired = step.to;
  }
  return steps;
}

test("down: one at a time, to what has sufficed all the while", () => {
  const steps = stepsDown(60_000, (_, desired) =>
    Array.from({ length: desired }, (_, at) => (at ? idle : busy)),
  );
  assert.equal(steps, [
    [30_000, 3],
    [31_000, 2],
    [32_000, 1],
  ]);
});

test("down: a busy look now and then does not begin the wait anew, many do", () => {
  const every = (ms: number) => (now: number, desired: number) =>
    Array.from({ length: desired }, (_, at) => (now % ms === 0 && now > 0 ? busy : at ? idle : busy));
  assert.equal(stepsDown(60_000, every(20_000))[0], [30_000, 3]);
  assert.equal(stepsDown(300_000, every(3_000)), []);
});

test("down: what somebody else has added stays for the whole wait", () => {
  const controller = createController([byRequest()], pace);
  const look = (now: number, desired: number): unknown =>
    controller.look(view({ now, desired, min: 1, workers: [busy, ...Array(desired - 1).fill(idle)] }));
  for (let now = 0; now <= 60_000; now += 1_000) look(now, 1);
  for (let now = 61_000; now < 91_000; now += 1_000) assert.is(look(now, 4), undefined, `${now}`);
  assert.equal(look(91_000, 4), { to: 3, by: "byRequest" });
});

test("of several strategies the one that wants most; a refusal is not asked again at once", () => {
  const want = (name: string, wanted: number): ScalingStrategy => ({ name, create: () => () => wanted });
  const controller = createController([want("few", 1), want("many", 5), want("odd", NaN)], pace);
  assert.equal(controller.look(view({ now: 0 })), { to: 4, by: "many" }, "at most twice as many");
  controller.refused(0, 4);
  assert.is(controller.look(view({ now: 5_000 })), undefined);
  assert.is(controller.look(view({ now: 10_000 }))?.to, 4);
});

test("under random load the number stays in its range, keeps its pace, and comes to rest (I14)", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Random(seed);
    const max = random.int(1, 12);
    const min = random.int(0, max);
    const strategies = random.pick([
      [byRequest()],
      [byQueueWait({ target: 100 })],
      [byUtilisation({ target: 0.6 })],
      [byRequest(), byUtilisation({ target: 0.6 })],
    ]);
    const controller = createController(strategies, pace);
    let desired = min;
    let upAt = -Infinity;
    let downAt = -Infinity;
    let starting = 0;
    // Jobs a second that come, of which a worker does ten.
    let rate = random.int(0, 100);
    let waiting = 0;
    for (let now = 0; now < 900_000; now += 1_000) {
      const isCalm = now > 300_000;
      if (!isCalm && random.chance(0.05)) rate = random.int(0, 150);
      if (isCalm) rate = 25;
      starting = random.chance(0.7) ? 0 : starting;
      const ready = desired - starting;
      waiting = Math.max(0, waiting + rate - 10 * ready);
      const utilisation = ready === 0 ? 0 : Math.min(1, rate / (10 * ready));
      const workers = Array.from({ length: ready }, (_, index) => {
        const load = Math.min(1, Math.max(0, rate / 10 - index));
        return worker({ utilisation, jobsRunning: waiting > 0 ? 1 : Math.ceil(load) });
      });
      const requests = waiting > 0 || (ready === 0 && rate > 0) ? 3 : 0;
      const step = controller.look(
        view({
          now,
          min,
          max,
          desired,
          ready,
          starting,
          workers,
          requests,
          waiting,
          waitedMs: requests * 200,
        }),
      );
      if (!step) continue;
      const { to } = step;
      assert.ok(to >= min && to <= max, `seed ${seed}: ${to} of ${min} to ${max}`);
      if (to > desired) {
        assert.ok(now - upAt >= pace.up || desired === 0, `seed ${seed}: up twice in ${now - upAt} ms`);
        assert.ok(to <= Math.max(desired + 1, 2 * desired), `seed ${seed}: from ${desired} to ${to}`);
        upAt = now;
        starting = to - desired;
      } else {
        assert.is(to, desired - 1, `seed ${seed}`);
        assert.ok(now - Math.max(upAt, downAt) >= 1_000, `seed ${seed}: down right after a step`);
        downAt = now;
        starting = 0;
      }
      desired = to;
    }
    const needed = Math.min(max, Math.max(min, 3));
    assert.ok(desired >= needed, `seed ${seed}: ${desired} workers for what takes ${needed}`);
    if (strategies.length === 1 && strategies[0]!.name === "byUtilisation")
      assert.ok(desired <= Math.max(min, 6), `seed ${seed}: ${desired} workers are left for 2.5`);
  }
});

test("the budget: workers and memory", () => {
  const memory = () => ({ used: 900, limit: 1_000 });
  const over = (
    options: Parameters<typeof checkBudget>[0],
    now: number,
    more: number,
    each = 10,
  ): string | undefined => overBudget(checkBudget(options), now, more, each, memory);
  assert.is(over({}, 1e6, 1), undefined);
  assert.is(over({ workers: 4 }, 3, 1), undefined);
  assert.match(over({ workers: 4 }, 3, 2)!, "the pool's budget is 4 workers, and it has 3");
  assert.is(over({ memory: "95%" }, 1, 5), undefined);
  assert.match(over({ memory: "90%" }, 1, 1)!, "of memory");
  assert.match(over({ memory: 905 }, 1, 1)!, "of memory");
  for (const bad of [{ workers: 0 }, { memory: "80" }, { memory: "0%" }, { memory: "101%" }, { memory: -1 }])
    assert.throws(() => checkBudget(bad), /is not accepted; expected/);
  const { used, limit } = readMemory();
  assert.ok(used > 0 && limit >= used);
});

test("who goes first: no worker, then the idlest, of equals the highest", () => {
  const states: Record<string, WorkerState | "absent" | undefined> = {
    "w#4": worker({ jobsRunning: 1 }),
    "w#3": undefined,
    "w#2": worker({ utilisation: 0.9, updatedAt: 60_000 }),
    // Busy with its start.
    "w#6": worker({ utilisation: 0.9, updatedAt: 1_000 }),
    "w#1": worker(),
    "w#0": worker(),
    "w#5": "absent",
  };
  const order = idlestFirst(["w#6", "w#5", "w#4", "w#3", "w#2", "w#1", "w#0"], (slot) => states[slot]);
  assert.equal(order, ["w#5", "w#6", "w#1", "w#0", "w#2", "w#4", "w#3"]);
});

test("options that nobody can mean", () => {
  assert.throws(() => scaling({}, { up: "fast" }), /scaling\(\{\}, \{ up \}\): "fast" is not accepted/);
  assert.throws(() => scaling({}, { budget: { workers: 1.5 } }), /\.workers: 1\.5 is not accepted/);
});

test.run();
