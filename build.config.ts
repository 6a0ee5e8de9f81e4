import type { BuildConfig } from "unbuild";

/** What is exported in package.json is listed here, and the build fails when the two differ. */
const config: BuildConfig = {
  entries: [
    { input: "./index", name: "index" },
    { input: "./runtimes/worker/index", name: "worker" },
    { input: "./runtimes/worker/main", name: "worker-main" },
    { input: "./plugins/index", name: "plugins" },
    { input: "./runtimes/index", name: "runtimes" },
    { input: "./cli/main", name: "cli" },
  ],
  declaration: "node16",
  failOnWarn: true,
};

export default config;
