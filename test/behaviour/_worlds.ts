import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { GroupConfig, PoolConfig } from "../../index.ts";
import { findExecutables } from "../../runtimes/discovery/executable.ts";
import type { RuntimeName } from "../../runtimes/discovery/traits.ts";

/** What is the same for every runtime, said in its own words. */
export interface World {
  /** The runtime of the workers. */
  readonly runtime: RuntimeName;
  /** Loads a module before the worker's main file. */
  preload(path: string): string[];
  /** Makes a worker whose memory ends soon. */
  readonly smallHeap: { readonly group?: Partial<GroupConfig>; pool?(): Partial<PoolConfig> };
  /** What is read on a worker's stderr, or how it ends, when its memory has ended. */
  readonly outOfMemory: string;
  /** The exit code after a top-level await that never settles, when nothing is left to do. */
  readonly unsettled?: number;
  /** Whether the worker's main file loads the entry, and says so when it cannot. Else it never begins. */
  readonly saysWhatItCannotLoad: boolean;
  /** Behaviours that it cannot have, by the title of the test, and why. */
  readonly gaps?: Readonly<Record<string, string>>;
}

const OWN_BACKLOG = "it listens with a backlog of its own, whatever it is asked for";

const REFUSES_STREAMS = "a server of node:http2 in Bun refuses the streams that cross its GOAWAY";

/** The worlds that the behaviour lists run in. */
export const worlds: Readonly<Record<RuntimeName, World>> = {
  node: {
    runtime: "node",
    preload: (path) => ["--import", path],
    smallHeap: { group: { execArgv: ["--max-old-space-size=32"] } },
    outOfMemory: "heap out of memory",
    unsettled: 13,
    saysWhatItCannotLoad: true,
  },
  bun: {
    runtime: "bun",
    preload: (path) => ["--preload", path],
    smallHeap: { pool: () => ({ executables: { bun: boundedBun() } }) },
    outOfMemory: "Out of memory",
    unsettled: 0,
    saysWhatItCannotLoad: true,
    gaps: {
      "the backlog is what may wait while nobody accepts: shared": OWN_BACKLOG,
      "the backlog is what may wait while nobody accepts: ring": OWN_BACKLOG,
      "h2c: streams finish, the client is told to go, an idle session's next request is answered":
        REFUSES_STREAMS,
      "h2c: workers are replaced under load, and every stream that was written is answered": REFUSES_STREAMS,
      "streams: streams finish, the client is told to go, an idle session's next request is answered":
        REFUSES_STREAMS,
      "streams: workers are replaced under load, and every stream that was written is answered":
        REFUSES_STREAMS,
      "http2: streams finish, the client is told to go, an idle session's next request is answered":
        REFUSES_STREAMS,
      "http2: workers are replaced under load, and every stream that was written is answered":
        REFUSES_STREAMS,
    },
  },
  deno: {
    runtime: "deno",
    preload: (path) => [`--preload=${path}`],
    smallHeap: { group: { execArgv: ["--v8-flags=--max-old-space-size=32"] } },
    outOfMemory: "Fatal JavaScript out of memory",
    saysWhatItCannotLoad: false,
    gaps: {
      "exit: SIGSEGV": "Deno ignores a SIGSEGV that another process, or itself, sends",
      "a top-level await that never settles ends":
        "Deno sees none while a signal is listened to: it meets the deadline",
      "the backlog is what may wait while nobody accepts: shared": OWN_BACKLOG,
      "the backlog is what may wait while nobody accepts: ring": OWN_BACKLOG,
    },
  },
};

/** A Bun with little memory, which no flag gives it. */
function boundedBun(): string {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const [bun] = findExecutables("bun", { root, env: process.env });
  const script = join(mkdtempSync(join(tmpdir(), "b-")), "bun");
  writeFileSync(script, `#!/bin/sh\nulimit -v 2000000\nexec "${bun?.file}" "$@"\n`, { mode: 0o755 });
  return script;
}
