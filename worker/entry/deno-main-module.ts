import Module from "node:module";
import type { Exports } from "./load-entry.ts";

/** What of Deno and its `Module` is not typed. */
interface Loading {
  registerHooks(hooks: {
    load(url: string, context: unknown, next: (url: string, context: unknown) => unknown): unknown;
  }): { deregister(): void };
}

/**
 * What the main module exports, in a module that Deno loads before it. Rejects with what it throws.
 *
 * Deno begins with the main module when nothing keeps its event loop alive any more, so whoever asks must hold
 * nothing. An import of it before it has begun would make it a module like others, for which `import.meta.main` does
 * not hold and permissions are asked; and once it has, it resolves too early, while a top-level await goes on. The
 * import from another module waits for it.
 */
export async function mainModule(): Promise<Exports> {
  const { mainModule: url } = (globalThis as unknown as { Deno: { mainModule: string } }).Deno;
  const uncaught = holdUncaught();
  await begun(url);
  const code = `export * as main from ${JSON.stringify(url)}`;
  try {
    const { main } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as { main: Exports };
    uncaught.release();
    return main;
  } catch (error) {
    uncaught.release(error);
    throw error;
  }
}

/** Resolves when the module is loaded. */
function begun(main: string): Promise<void> {
  return new Promise((resolve) => {
    const hooks = (Module as unknown as Loading).registerHooks({
      load(url, context, next) {
        if (url === main) {
          hooks.deregister();
          setTimeout(resolve, 0);
        }
        return next(url, context);
      },
    });
  });
}

/** An error that Deno has told, and its time to turn out as the main module's own. */
const OWN_MS = 100;

/**
 * Keeps Deno from ending the process at once when the main module throws: whoever imports it is told of it too, and
 * can say so in order. What else is thrown meanwhile, and the program itself does not handle, ends it as by hand.
 */
function holdUncaught(): { release(own?: unknown): void } {
  const held = new Set<unknown>();
  function end(error: unknown): void {
    console.error(error);
    process.exit(1);
  }
  function hold(error: unknown): void {
    if (process.listenerCount("uncaughtException") > 1) return;
    held.add(error);
    setTimeout(() => held.has(error) && end(error), OWN_MS);
  }
  process.on("uncaughtException", hold);
  return {
    release(own) {
      process.off("uncaughtException", hold);
      held.delete(own);
      for (const error of held) end(error);
    },
  };
}
