import { cannotRunJobs } from "../../core/contract/job-errors.ts";
import type { WorkerDefinition } from "../contract/worker.ts";
import { reasonOf } from "../errors.ts";
import { failStart } from "../session/fail.ts";
import { leave } from "../session/leave.ts";
import type { Session } from "../session/session.ts";
import { endProgram } from "./live-program.ts";
import { loadEntry, type Exports } from "./load-entry.ts";

/** What the entry exports, or `undefined` when the worker has said goodbye instead. */
export async function load(session: Session): Promise<Exports | undefined> {
  const { life, uplink, acked, boot, program, socket } = session;
  let loaded = false;
  void life.worker.stopping.then(async () => {
    if (loaded) return;
    // Nothing can be asked of a module that is still loading: a stop is obeyed at once.
    if (program.listens || life.isReady) await endProgram(session);
    socket.ref();
    await leave(uplink, acked, life.goodbye(), life.answered());
  });
  const { loadMs } = session;
  const late = loadMs === undefined ? undefined : setTimeout(life.ready, loadMs).unref();
  const loading = loadEntry(boot.entry).finally(() => {
    loaded = true;
    clearTimeout(late);
  });
  try {
    return await loading;
  } catch (error) {
    socket.ref();
    await failStart(session, "import", error);
    return undefined;
  }
}

/** What a module exports as a worker; `undefined` when it is a program of its own. */
export function definitionOf(value: unknown): WorkerDefinition | undefined {
  const parts = ["setup", "run", "fetch"] as const;
  const given = typeof value === "object" && value !== null ? (value as WorkerDefinition) : {};
  const hasJobs = typeof given.jobs === "object" && given.jobs !== null;
  return hasJobs || parts.some((name) => typeof given[name] === "function") ? given : undefined;
}

/** Why a module's `fetch` has no listener to be served on; `undefined` when it has one. */
export function whyUnserved({ life, boot }: Session): string | undefined {
  const { group } = life.worker;
  if (!life.listens) {
    const wayOut = "add `listen: 3000` to its config, or --port 3000 to the command line";
    return `${boot.entry} exports fetch, and group ${group} listens nowhere: ${wayOut}`;
  }
  try {
    life.listeners.pick();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Why a module with jobs cannot be this worker, or another one is missed; `undefined` when its group and it agree. */
export function whyUncallable({ plugins, life }: Session, definition: WorkerDefinition): string | undefined {
  if (!definition.jobs || plugins.has("jobs")) return plugins.check(definition);
  return cannotRunJobs(life.worker);
}
