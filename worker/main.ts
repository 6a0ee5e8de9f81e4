import { isNode } from "../system/is-node.ts";
import { endProgram, liveProgram } from "./entry/live-program.ts";
import { definitionOf, load, whyUncallable, whyUnserved } from "./entry/load.ts";
import { runOf } from "./entry/run.ts";
import { Mistake, reasonOf } from "./errors.ts";
import { takeBoot, type Boot } from "./session/boot.ts";
import { greet, type Welcomed } from "./session/connect.ts";
import { failStart } from "./session/fail.ts";
import { leave } from "./session/leave.ts";
import type { OwnPlugins } from "./session/plugins.ts";
import { openSession, type Session } from "./session/session.ts";

/**
 * Makes this process a worker, until it ends. `own` are the halves of poolable's own plugins.
 *
 * Resolves, under Node, when the worker has ended: whoever awaits it at the top level makes an entry whose own top-level
 * await never settles end as it would without a supervisor. Deno begins with the entry when the module that was loaded
 * before it has ended, and Bun survives what is thrown until then: there it resolves when the entry can begin.
 */
export async function runWorker(own: OwnPlugins): Promise<void> {
  const boot = takeBoot();
  // The terminal's signals go to the supervisor, which decides.
  for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {});
  if (!boot) return refuse("poolable/worker/main is started by a poolable supervisor, not by hand");
  const welcomed = await greet(boot).catch((error: unknown) =>
    refuse(`poolable: no supervisor at the channel: ${reasonOf(error)}`),
  );
  const session = welcomed && (await begin(boot, welcomed, own));
  const life = session && live(session);
  if (isNode) await life;
}

/** Gets ready for the entry. */
async function begin(boot: Boot, welcomed: Welcomed, own: OwnPlugins): Promise<Session | undefined> {
  const session = openSession(boot, welcomed, own);
  const inherited = welcomed.config.listeners.flatMap(({ fd }) => fd ?? []);
  if (inherited.length > 0 && process.versions["deno"])
    (await import("./listen/close-on-exec.ts")).stayHere(inherited);
  // Before the first line of a stranger's code, which may compute for ever. Until here the channel's end is noticed.
  if (!boot.guarded) {
    // What is going to listen is likely to load this anyway, and the thread's start slows every load beside it.
    if (welcomed.config.listeners.length > 0) await import("node:http");
    const { guardAgainstOrphanhood } = await import("./session/orphan-guard.ts");
    guardAgainstOrphanhood(boot.supervisor);
  }
  try {
    await session.plugins.setup(welcomed.config.plugins, session.life.worker);
  } catch (error) {
    await failStart(session, error instanceof Mistake ? "import" : "setup", error);
    return undefined;
  }
  // With only the channel open, Node says of an import that can never end that it cannot, and exits with 13.
  session.socket.unref();
  return session;
}

async function live(session: Session): Promise<void> {
  const { life, socket } = session;
  const exports = await load(session);
  if (!exports) return;
  const definition = session.program.listens ? undefined : definitionOf(exports.default);
  if (!definition) return liveProgram(session, exports);
  session.program.release();
  session.program.holdHandlers();
  socket.ref();
  const mistake = (definition.fetch && whyUnserved(session)) ?? whyUncallable(session, definition);
  if (mistake !== undefined) return failStart(session, "import", new Mistake(mistake));
  try {
    await definition.setup?.(life.worker);
    await session.plugins.beforeReady(definition);
  } catch (error) {
    if (!life.worker.signal.aborted) return failStart(session, "setup", error);
  }
  if (!life.worker.signal.aborted && !(await runOf(session, definition))) return;
  if (session.termination.isAsked) await endProgram(session);
  await leave(session.uplink, session.acked, life.goodbye(), life.answered());
}

function refuse(message: string): void {
  process.stderr.write(`${message}\n`, () => process.exit(1));
}
