import type { Runtime } from "../core/contract/runtime.ts";
import { createRuntime, type Adapter, type AdapterOptions } from "./adapter.ts";

/** Workers under Bun. */
export function bun(options: AdapterOptions = {}): Runtime {
  return createRuntime(adapter, options);
}

const adapter: Adapter = {
  name: "bun",

  words: ({ execArgv, entry, args }, { workerMain }) => [...execArgv, workerMain, entry, ...args],

  refuse({ permissions }) {
    if (permissions === "all") return undefined;
    const reason = "Bun has no permissions: run the group on Deno or Node, or leave permissions out";
    return { key: "permissions", reason };
  },

  bindReusePort: () => true,

  serveInherited: "Bun.serve listens only on a socket of its own",
};
