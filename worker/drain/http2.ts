import type {
  Http2Session,
  OutgoingHttpHeaders,
  ServerHttp2Stream,
  ServerStreamResponseOptions,
} from "node:http2";
import { drainOfProcess } from "./long-connections.ts";

/** Longest wait for the client's answer to two pings. */
const PING_MS = 1_000;

/** How long a session may stay without a stream while its server drains, and how often it is looked at. */
const IDLE_MS = 5_000;
const LOOK_MS = 250;

/** The greatest stream id: a GOAWAY with it refuses nothing yet. */
const LAST_STREAM = 2 ** 31 - 1;

/** Answers without a body, which end with their head. */
const BODILESS: readonly unknown[] = [204, 205, 304];

/** The HTTP/2 sessions of a server. */
export interface Http2Drain {
  opened(session: Http2Session): void;
  drain(): void;
}

interface Client {
  readonly streams: Set<ServerHttp2Stream>;
  /** When its last stream ended. */
  idleSince: number;
  /** Whether it was told to go. */
  isTold: boolean;
}

/**
 * Follows the sessions of a server, so that it can end without refusing a stream, by the two steps of RFC 9113, 6.8:
 * a notice that refuses nothing, and the real GOAWAY when the client has seen it. After any GOAWAY, Node reads a
 * session only as long as it has a stream, so the notice goes out with an answer, and the answer's end waits until
 * the client has seen it. A session without a request is left alone for a while: its next one is answered so.
 */
export function createHttp2Drain(): Http2Drain {
  const clients = new Map<Http2Session, Client>();
  let draining = false;

  function endIdle(): void {
    const idleMs = Math.min(IDLE_MS, drainOfProcess.idleMs);
    for (const [session, { streams, idleSince, isTold }] of clients) {
      if (streams.size === 0 && !isTold && performance.now() - idleSince >= idleMs) session.close();
    }
  }

  function leaveWith(client: Client, stream: ServerHttp2Stream): void {
    beforeBody(stream, () => {
      const { session } = stream;
      if (client.isTold || !session) return;
      client.isTold = true;
      holdEnd(stream, tell(session));
    });
  }

  return {
    opened(session) {
      const client: Client = { streams: new Set(), idleSince: performance.now(), isTold: false };
      clients.set(session, client);
      session.once("close", () => clients.delete(session));
      // Before the program's own, which may answer at once.
      session.prependListener("stream", (stream: ServerHttp2Stream) => {
        client.streams.add(stream);
        stream.once("close", () => {
          client.streams.delete(stream);
          client.idleSince = performance.now();
        });
        if (draining) leaveWith(client, stream);
      });
    },
    drain() {
      draining = true;
      const now = performance.now();
      for (const client of clients.values()) {
        client.idleSince = now;
        for (const stream of client.streams) leaveWith(client, stream);
      }
      setInterval(endIdle, LOOK_MS).unref();
    },
  };
}

/** Calls back when the head of an answer with a body is sent, or at once when it has been, if its end can be held. */
function beforeBody(stream: ServerHttp2Stream, then: () => void): void {
  if (stream.headersSent) {
    const hasTrailersToCome = stream.listenerCount("wantTrailers") > 0 && !stream.sentTrailers;
    if (hasTrailersToCome && !stream.destroyed) then();
    return;
  }
  const { respond } = stream;
  stream.respond = (headers?: OutgoingHttpHeaders, options?: ServerStreamResponseOptions): void => {
    stream.respond = respond;
    const isWhole =
      options?.endStream ||
      (stream as { headRequest?: boolean }).headRequest ||
      BODILESS.includes(headers?.[":status"]);
    if (isWhole) return respond.call(stream, headers, options);
    if (!options?.waitForTrailers) stream.once("wantTrailers", () => stream.sendTrailers({}));
    respond.call(stream, headers, { ...options, waitForTrailers: true });
    then();
  };
}

/** Nothing but the end of the answer waits; the body has been sent. */
function holdEnd(stream: ServerHttp2Stream, until: Promise<void>): void {
  const { sendTrailers } = stream;
  stream.sendTrailers = (trailers) =>
    void until.then(() => stream.destroyed || stream.closed || sendTrailers.call(stream, trailers));
}

/** Tells the client to open no more streams; resolves when it knows, or does not answer. The session ends then. */
function tell(session: Http2Session): Promise<void> {
  return new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, PING_MS).unref();
    const ping = (then: () => void): void => {
      if (session.destroyed || !session.ping(then)) resolve();
    };
    session.once("close", resolve);
    session.goaway(0, LAST_STREAM);
    // A ping overtakes the notice in the queue of what is to be written; the second one cannot.
    ping(() =>
      ping(() => {
        clearTimeout(timer);
        resolve();
      }),
    );
  }).then(() => session.close());
}
