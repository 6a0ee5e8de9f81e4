import { stripVTControlCharacters } from "node:util";
import type { Runtime } from "../core/contract/runtime.ts";
import { createRuntime, type Adapter, type AdapterOptions } from "./adapter.ts";
import { denoPermissions, refuseDenoPermissions } from "./spawn/permissions.ts";

/** Workers under Deno. */
export function deno(options: AdapterOptions = {}): Runtime {
  return createRuntime(adapter, options);
}

const SERVE_ADVICE = 'warning: Detected export default { fetch }, did you mean to run "deno serve"?';

const adapter: Adapter = {
  name: "deno",

  /**
   * The entry is Deno's own main module: so its configuration is found, `import.meta.main` holds, and neither it nor
   * what it imports needs a permission to be read. The worker's half is loaded before it.
   */
  words({ permissions, execArgv, entry, args, cwd, listeners }, { channel, half }) {
    const flags = denoPermissions(permissions, { channel, half, entry, cwd, listeners });
    // What a worker binds by itself.
    const unstable = listeners.some(({ reusePort }) => reusePort) ? ["--unstable-net"] : [];
    return ["run", ...flags, ...unstable, ...execArgv, `--preload=${half}`, entry, ...args];
  },

  // It says so of every module with `fetch` that `deno run` starts, and no flag keeps it from it.
  isNoise: (line) => stripVTControlCharacters(line) === SERVE_ADVICE,

  refuse({ permissions }) {
    const reason = refuseDenoPermissions(permissions);
    return reason === undefined ? undefined : { key: "permissions", reason };
  },

  bindReusePort: () => true,

  serveInherited: "Deno.serve listens only on a socket of its own",
};
