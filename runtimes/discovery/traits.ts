/** The runtimes that workers and supervisors run under. */
export type RuntimeName = "node" | "bun" | "deno";

/** An npm package that brings a runtime, by itself or in one more package for each platform. */
export interface NpmPackage {
  readonly name: string;
  /** Where its executable is, in either of them. */
  readonly executables: readonly string[];
}

/** What there is to know about a runtime before any of its processes runs. */
export interface Traits {
  /** Its name in sentences. */
  readonly title: string;
  /** The oldest version whose workers pass the list of behaviours in `test/behaviour`. */
  readonly minimum: string;
  /** The first version that nobody has tried yet: not refused, but told. */
  readonly untried: string;
  /** The variable of the supervisor's environment that names its executable. */
  readonly variable: string;
  /** The npm package that brings it. */
  readonly package?: NpmPackage;
  /** The words before an expression whose value it shall print. */
  readonly evaluate: readonly string[];
  /** Variables that its workers get of the supervisor's beside the common ones: caches, certificates, where packages come from. */
  readonly environment: readonly string[];
  /** Whether a thread of its worker can take the stack of the main one. */
  readonly tellsStacks: boolean;
  /** How it is installed. */
  readonly install: string;
}

/** Every runtime, by the name that groups use. */
export const runtimeTraits: Readonly<Record<RuntimeName, Traits>> = {
  node: {
    title: "Node",
    minimum: "20.19",
    untried: "27",
    variable: "POOLABLE_NODE",
    evaluate: ["-p"],
    environment: [],
    tellsStacks: true,
    install: "see https://nodejs.org",
  },
  bun: {
    title: "Bun",
    minimum: "1.4",
    untried: "2",
    variable: "POOLABLE_BUN",
    package: { name: "bun", executables: ["bin/bun", "bin/bun.exe"] },
    evaluate: ["-p"],
    environment: ["BUN_INSTALL", "BUN_INSTALL_CACHE_DIR", "XDG_CACHE_HOME", "NPM_CONFIG_REGISTRY"],
    tellsStacks: false,
    install: "npm install bun",
  },
  deno: {
    title: "Deno",
    minimum: "2.9",
    untried: "3",
    variable: "POOLABLE_DENO",
    package: { name: "deno", executables: ["deno", "deno.exe"] },
    evaluate: ["eval", "-p"],
    environment: [
      "DENO_DIR",
      "DENO_CERT",
      "DENO_TLS_CA_STORE",
      "XDG_CACHE_HOME",
      "NPM_CONFIG_REGISTRY",
      "JSR_URL",
    ],
    tellsStacks: false,
    install: "npm install deno",
  },
};

/** The runtime of this process. */
export const ownRuntime: RuntimeName = process.versions["bun"]
  ? "bun"
  : process.versions["deno"]
    ? "deno"
    : "node";
