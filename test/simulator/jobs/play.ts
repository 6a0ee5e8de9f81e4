import { JobError } from "../../../core/contract/job-errors.ts";
import type { CallInput } from "../../../plugins/jobs/client/call.ts";
import { Dispatcher } from "../../../plugins/jobs/client/dispatcher.ts";
import type { Submitted } from "../../../plugins/jobs/client/driver.ts";
import { Input } from "../../../plugins/jobs/client/input.ts";
import { createPicker } from "../../../plugins/jobs/client/pick.ts";
import { FLAG } from "../../../plugins/jobs/wire/wire.ts";
import { broken } from "../broken.ts";
import { Random } from "../random.ts";
import { Ledger } from "./ledger.ts";
import { CALM_AFTER_MS } from "./plan.ts";
import type { Plan, PlannedCall, PlannedOp } from "./plan.ts";
import { SimSupervisor } from "./supervisor.ts";
import { VirtualTime } from "./time.ts";

/** No call waits or runs for so long once the workers are let alone. Milliseconds. */
const LIMIT_MS = CALM_AFTER_MS + 45_000;

/** What a history came to. */
export interface Outcome {
  readonly fault: Error | undefined;
  readonly steps: number;
  readonly virtualMs: number;
  readonly ends: readonly (string | undefined)[];
  readonly kills: number;
}

/** Plays a history: real dispatchers and a real scaling controller, over made-up workers. */
export function play(plan: Plan): Outcome {
  const random = new Random(plan.seed ^ 0x5bd1e995);
  const time = new VirtualTime(random);
  const ledger = new Ledger(plan);
  let fault: Error | undefined;
  try {
    history(plan, random, time, ledger);
  } catch (error) {
    fault = error as Error;
  }
  fault = ledger.fault ?? fault;
  const { kills, crashes, ends } = ledger;
  return { fault, steps: time.steps, virtualMs: time.now(), ends, kills: kills + crashes };
}

function history(plan: Plan, random: Random, time: VirtualTime, ledger: Ledger): void {
  const supervisor = new SimSupervisor(plan, time, random, ledger);
  supervisor.tick();
  const { maxQueued, maxQueuedBytes } = plan.terms;
  const byInput = new WeakMap<CallInput, PlannedCall>();
  const dispatchers = plan.callers.map((isWorker, caller) => {
    const dispatcher = new Dispatcher({
      group: "w",
      clock: time,
      connect: supervisor.connect(caller, (input) => byInput.get(input)!),
      directory: {
        isWorker,
        needWorker: (_, waiting, waitedMs) => supervisor.need(waiting, waitedMs),
        stuck() {},
      },
      pick: createPicker(
        () => undefined,
        () => random.next(),
      ),
    });
    supervisor.watch(caller, (update) => dispatcher.update(update));
    return dispatcher;
  });

  function submit(planned: PlannedCall): void {
    const dispatcher = dispatchers[planned.caller]!;
    const { retries, keyed, timeout, queueTimeout, waits, affinity, priority, bytes, does } = planned;
    const input = new Input(new Uint8Array(bytes));
    byInput.set(input, planned);
    ledger.submitted(planned, time.now());
    const before = dispatcher.load;
    const call: Submitted = dispatcher.submit({
      name: "job",
      input,
      flags: (keyed ? FLAG.keyed : 0) | (does === "items" ? FLAG.stream : 0),
      priority,
      weight: 1,
      timeout,
      queueTimeout,
      retries,
      waits,
      affinity,
      sink: {
        item: () => ledger.item(planned),
        result: (value) => ledger.result(planned, value),
        failed: (error) => ledger.failed(planned, error, time.now()),
      },
    });
    const { waiting, waitingBytes } = before;
    const isFull = waiting >= maxQueued || (waiting > 0 && waitingBytes + input.size > maxQueuedBytes);
    // Until it has heard the group's terms, it has others.
    const knows = dispatcher.maxBytes === plan.terms.maxBytes;
    if (knows && isFull && dispatcher.load.waiting > waiting)
      broken("I16", `${waiting} jobs of ${waitingBytes} bytes wait, and one more`);
    const { abortAfter } = planned;
    if (abortAfter === undefined) return;
    time.after(abortAfter, () => call.abort(new JobError("ABORTED", "as planned")));
  }

  for (const planned of plan.calls) time.at(planned.at, () => submit(planned));
  for (const op of plan.ops) time.at(op.at, () => carryOut(op));

  function carryOut({ do: what, which }: PlannedOp): void {
    if (what === "kill" || what === "crash") supervisor.kill(which, what === "crash");
    else if (what === "hangUp") supervisor.hangUp(which);
    else if (what === "drain") supervisor.drain(which);
    else if (what === "scale") supervisor.scale(plan.min + (which % (plan.max - plan.min + 1)));
    else if (what === "away") {
      // Its workers end with it, and with them what they have called.
      for (const [caller, isWorker] of plan.callers.entries()) {
        if (!isWorker || ledger.isStopping || ledger.isDead) continue;
        ledger.closed.add(caller);
        dispatchers[caller]!.close();
      }
      supervisor.leave(plan.callers.map((isWorker) => !isWorker));
    } else if (what === "close") {
      const caller = which % plan.callers.length;
      ledger.closed.add(caller);
      dispatchers[caller]!.close();
    } else supervisor.end(what);
  }

  const isAtRest = (): boolean =>
    ledger.fault !== undefined ||
    (ledger.open === 0 && time.now() > CALM_AFTER_MS && dispatchers.every(({ load }) => load.sent === 0));
  time.run(isAtRest, LIMIT_MS);
  if (ledger.fault) return;
  if (ledger.open > 0) broken("I15", `calls ${openOf(ledger)} have not settled after ${time.now()} ms`);
  for (const [caller, { load }] of dispatchers.entries())
    if (load.waiting + load.waitingBytes + load.sent > 0)
      broken("I16", `caller ${caller} holds on to ${JSON.stringify(load)}`);
  if (ledger.isStopping || ledger.isDead) return;
  const until = time.now() + 2_000;
  time.run(() => supervisor.ready === supervisor.desired, until);
  if (supervisor.ready !== supervisor.desired)
    broken("I14", `${supervisor.ready} workers are ready, ${supervisor.desired} are wanted`);
}

function openOf({ ends }: Ledger): string {
  return ends.flatMap((end, index) => (end === undefined ? index : [])).join(", ");
}
