import type { Runtime } from "../core/contract/runtime.ts";
import { createRuntime, type Adapter, type AdapterOptions } from "./adapter.ts";
import { hasReusePort } from "./sockets/abilities.ts";
import { modulesOf, nodePermissions, refuseNodePermissions } from "./spawn/permissions.ts";

/** Workers under Node 20.19 and newer. */
export function node(options: AdapterOptions = {}): Runtime {
  return createRuntime(adapter, options);
}

const adapter: Adapter = {
  name: "node",

  words({ permissions, execArgv, entry, args, cwd, plugins }, { installed, channel, workerMain }) {
    const needs = { channel, workerMain, entry, cwd, modules: modulesOf(plugins) };
    const flags = nodePermissions(permissions, needs, installed.version);
    return [...flags, ...execArgv, workerMain, entry, ...args];
  },

  refuse({ entry, execArgv, permissions }, { version, typescript }) {
    const reason = refuseNodePermissions(permissions);
    if (reason !== undefined) return { key: "permissions", reason };
    // With flags it may be able to: a loader, say.
    if (!/\.[cm]?tsx?$|\.jsx$/.test(entry) || execArgv.length > 0) return undefined;
    if (entry.endsWith("x")) {
      const wayOut = "run the group on Bun or Deno, compile it, or give a loader in execArgv";
      return { key: "entry", reason: `the entry ${entry} is JSX, which Node cannot run: ${wayOut}` };
    }
    if (typescript) return undefined;
    const wayOut = "use Node 22.18 or newer, Bun or Deno, or compile it";
    return {
      key: "entry",
      reason: `the entry ${entry} is TypeScript, which Node ${version} cannot run: ${wayOut}`,
    };
  },

  bindReusePort: ({ version }) => hasReusePort(version),

  serveInherited: true,
};
