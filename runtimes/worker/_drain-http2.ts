import type { Http2Session } from "node:http2";

/** Longest wait for the client's answer to a ping. */
const PING_MS = 1_000;

/** The greatest stream id: a GOAWAY with it refuses nothing yet. */
const LAST_STREAM = 2 ** 31 - 1;

/** The HTTP/2 sessions of a server. */
export interface Http2Drain {
  opened(session: Http2Session): void;
  drain(): void;
}

/** Follows the sessions of a server, so that it can end without refusing a stream. */
export function createHttp2Drain(): Http2Drain {
  const sessions = new Set<Http2Session>();
  let draining = false;

  return {
    opened(session) {
      sessions.add(session);
      session.once("close", () => sessions.delete(session));
      if (draining) setImmediate(retire, session);
    },
    drain() {
      draining = true;
      for (const session of sessions) retire(session);
    },
  };
}

/**
 * The two steps of RFC 9113, 6.8: a notice that refuses nothing, and the real GOAWAY when the client has seen
 * it, which its answer to a ping proves. Streams that it opened before are served; the session ends with them.
 */
function retire(session: Http2Session): void {
  if (session.closed || session.destroyed) return;
  const close = (): void => void (session.closed || session.destroyed || session.close());
  const timer = setTimeout(close, PING_MS).unref();
  session.goaway(0, LAST_STREAM);
  const isSent = session.ping(() => {
    clearTimeout(timer);
    close();
  });
  if (!isSent) close();
}
