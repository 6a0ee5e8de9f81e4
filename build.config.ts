import type { BuildConfig } from "unbuild";

/** What is exported in package.json is listed here, and the build fails when the two differ. */
const config: BuildConfig = {
  entries: [
    { input: "./index", name: "index" },
    { input: "./worker/index", name: "worker" },
    { input: "./worker-main", name: "worker-main" },
    { input: "./plugins/index", name: "plugins" },
    { input: "./runtimes/index", name: "runtimes" },
    { input: "./cli/main", name: "cli" },
  ],
  declaration: "node16",
  // Deno resolves packages from its main module, the entry: what the worker's half uses cannot come from a package.
  rollup: { inlineDependencies: ["srvx", "srvx/node", "msgpackr/index-no-eval", "msgpackr"] },
  hooks: {
    // Else it would load node:https and node:http2 for nothing.
    "rollup:options": (_context, options) => void (options.treeshake = { moduleSideEffects: "no-external" }),
  },
  failOnWarn: true,
};

export default config;
