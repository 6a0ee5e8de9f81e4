/** How often a draining process looks at the connections that stay. */
const LOOK_MS = 50;

/** Time between two WebSockets that are closed, where that takes less than the whole of the time there is. */
const GAP_MS = 100;

/** How long a client may take to answer that a WebSocket closes. */
const ANSWER_MS = 2_000;

/** So long nothing may have gone over a plain connection before it is ended. */
const SILENCE_MS = 1_000;

/** The default of the group's `linger`. */
const LINGER_MS = 5_000;

/** A connection that has no end of its own. */
export interface LongConnection {
  readonly kind: "websocket" | "stream" | "raw";
  /** What has gone over it so far. */
  bytes(): number;
  /** Ends it in the manner of its protocol. `false` when that is not possible at this moment. */
  close(): boolean;
  /** Ends it once what was written is with the client. */
  cut(): void;
}

/** The connections of one server, as far as a drain waits for them. */
export interface Lingering {
  /** How many end by themselves: they are answered, or idle for a while. */
  short(): number;
  long(): readonly LongConnection[];
}

/** Times of a drain, in milliseconds. */
export interface LingerTerms {
  /** Of the group's `linger`. */
  readonly lingerMs?: number;
  /** Until the supervisor asks for a stop. */
  readonly deadlineMs: number;
}

/** The drain of this process, for all of its servers. There is one worker in a process. */
export interface Drain {
  /** The longest time that an idle connection is left alone. */
  readonly idleMs: number;
  /** Sets the times; the first call counts. Must come before the servers are added. */
  begin(terms: LingerTerms): void;
  /** Adds a server that has stopped accepting. Looking begins with the first. */
  add(server: Lingering): void;
  /** Nothing is left to drain. */
  end(): void;
  /** Resolves when only long connections are left, or none, or `lingerMs` after the beginning. */
  readonly onlyLong: Promise<void>;
}

/** What is known of a long connection. */
interface Seen {
  bytes: number;
  silentSince: number;
  toldAt?: number;
}

/** Ends connections that have no end of their own: WebSockets, event streams, plain TCP. */
export function createDrain(now: () => number = () => performance.now()): Drain {
  const servers: Lingering[] = [];
  const seen = new WeakMap<LongConnection, Seen>();
  let looking: ReturnType<typeof setInterval> | undefined;
  let tell = (): void => {};
  const onlyLong = new Promise<void>((resolve) => (tell = resolve));
  let idleMs = Infinity;
  let lingerMs = LINGER_MS;
  let startedAt: number | undefined;
  let closingAt: number | undefined;
  let told = 0;

  function look(): void {
    const at = now();
    if (closingAt === undefined) {
      const isQuiet = servers.every((server) => server.short() === 0);
      if (!isQuiet && at - (startedAt ?? at) < lingerMs) return;
      // The next look closes: what listens to the promise goes first.
      closingAt = at + LOOK_MS;
      tell();
      return;
    }
    const long = servers.flatMap((server) => server.long());
    closeWebSockets(
      long.filter(({ kind }) => kind === "websocket"),
      at - closingAt,
      at,
    );
    for (const each of long) {
      const { silentSince } = see(each, at);
      const isQuiet = each.kind === "stream" || at - silentSince >= SILENCE_MS;
      if (each.kind !== "websocket" && at - closingAt >= lingerMs && isQuiet) each.close();
    }
  }

  function see(each: LongConnection, at: number): Seen {
    const bytes = each.bytes();
    let known = seen.get(each);
    if (!known) seen.set(each, (known = { bytes, silentSince: at }));
    if (known.bytes !== bytes) Object.assign(known, { bytes, silentSince: at });
    return known;
  }

  /** Evenly over the time, so that not all of the clients come back at once. */
  function closeWebSockets(open: readonly LongConnection[], elapsedMs: number, at: number): void {
    const waiting: LongConnection[] = [];
    for (const each of open) {
      const { toldAt } = see(each, at);
      if (toldAt === undefined) waiting.push(each);
      else if (at - toldAt >= ANSWER_MS) each.cut();
    }
    const total = told + waiting.length;
    const spreadMs = Math.min(lingerMs, total * GAP_MS);
    const due = Math.min(total, 1 + Math.floor((total * elapsedMs) / spreadMs));
    for (const each of waiting) {
      if (told >= due) return;
      if (!each.close()) {
        if (elapsedMs >= lingerMs + ANSWER_MS) each.cut();
        continue;
      }
      told++;
      see(each, at).toldAt = at;
    }
  }

  return {
    get idleMs() {
      return idleMs;
    },
    add(server) {
      servers.push(server);
      looking ??= setInterval(look, LOOK_MS).unref();
    },
    end() {
      clearInterval(looking);
      tell();
    },
    begin(terms) {
      if (startedAt !== undefined) return;
      startedAt = now();
      // All of it has to come to its end before the supervisor's patience does.
      idleMs = terms.deadlineMs * 0.6;
      lingerMs = Math.min(terms.lingerMs ?? LINGER_MS, terms.deadlineMs / 3);
    },
    onlyLong,
  };
}

/** The drain of this process. */
export const drainOfProcess: Drain = createDrain();
