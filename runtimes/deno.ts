import type { Runtime } from "../core/runtime.ts";
import { denoPermissions } from "./_permissions.ts";
import { createRuntime, type Adapter, type AdapterOptions } from "./adapter.ts";

/** Workers under Deno. */
export function deno(options: AdapterOptions = {}): Runtime {
  return createRuntime(adapter, options);
}

const adapter: Adapter = {
  name: "deno",

  /**
   * The entry is Deno's own main module: so its configuration is found, `import.meta.main` holds, and neither it nor
   * what it imports needs a permission to be read. The worker's half is loaded before it.
   */
  words({ permissions, execArgv, entry, args, cwd }, { channel, half }) {
    const flags = denoPermissions(permissions, { channel, half, entry, cwd });
    return ["run", ...flags, ...execArgv, `--preload=${half}`, entry, ...args];
  },

  refuse: () => undefined,

  bindReusePort: () => true,
};
