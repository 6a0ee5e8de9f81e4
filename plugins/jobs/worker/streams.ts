import type { SchedulerEvents } from "./scheduler.ts";
import type { Task } from "./task.ts";

/** Runs an async generator to its end: what it yields goes to a caller who streams, no faster than that takes it. */
export async function runStream(
  task: Task,
  steps: AsyncIterator<unknown>,
  events: SchedulerEvents,
): Promise<void> {
  let reason: unknown;
  task.interrupt = (why) => {
    reason = why;
    task.resume?.();
  };
  try {
    for (;;) {
      // Where it is deep in an await of its own, it has the job's signal to look at.
      const { done, value } = await (reason !== undefined && steps.throw
        ? steps.throw(reason)
        : steps.next());
      if (done) return events.done(task, value);
      if (task.credit === Infinity || value === undefined || reason !== undefined) continue;
      try {
        task.sink.item(value);
      } catch (error) {
        await steps.return?.();
        throw error;
      }
      if (--task.credit <= 0) await new Promise<void>((go) => (task.resume = go));
    }
  } catch (error) {
    events.failed(task, error);
  }
}

export function isThenable(value: object): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown }).then === "function";
}

/** A generator, and nothing else that can be iterated: an array is a result. */
export function isIterator(value: object, kind: symbol): boolean {
  return typeof (value as { next?: unknown }).next === "function" && kind in value;
}
