import { stripVTControlCharacters } from "node:util";
import type { Runtime } from "../core/contract/runtime.ts";
import { createRuntime, type Adapter, type AdapterOptions } from "./adapter.ts";
import { denoPermissions, modulesOf, refuseDenoPermissions } from "./spawn/permissions.ts";

/** Workers under Deno. */
export function deno(options: AdapterOptions = {}): Runtime {
  return createRuntime(adapter, options);
}

const SERVE_ADVICE = 'warning: Detected export default { fetch }, did you mean to run "deno serve"?';

const adapter: Adapter = {
  name: "deno",

  /**
   * The entry is Deno's own main module: so its configuration is found, `import.meta.main` holds, and neither it nor
   * what it imports needs a permission to be read. The worker's main file is loaded before it.
   */
  words({ permissions, execArgv, entry, args, cwd, listeners, plugins }, { channel, workerMain }) {
    const modules = modulesOf(plugins);
    const flags = denoPermissions(permissions, { channel, workerMain, entry, cwd, listeners, modules });
    // What a worker binds by itself.
    const unstable = listeners.some(({ reusePort }) => reusePort) ? ["--unstable-net"] : [];
    return ["run", ...flags, ...unstable, ...execArgv, `--preload=${workerMain}`, entry, ...args];
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
