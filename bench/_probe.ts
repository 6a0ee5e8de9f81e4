import { setMaxListeners } from "node:events";
import { get } from "node:http";
import { performance } from "node:perf_hooks";

/** What a worker of the bench answers; the times are milliseconds of the wall clock, with fractions. */
export interface Answer {
  readonly pid: number;
  readonly bornAt: number;
  readonly listeningAt: number;
}

/** An answer and when it had arrived. */
export interface Seen extends Answer {
  readonly at: number;
}

/** The wall clock, with fractions: comparable between processes, unlike `performance.now()`. */
export function wallNow(): number {
  return performance.timeOrigin + performance.now();
}

function ask(port: number, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = get({ port, host: "127.0.0.1", agent: false, signal }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve(JSON.parse(text) as Answer)).on("error", reject);
    });
    request.on("error", reject);
  });
}

/**
 * Asks `port` every 4 ms, each time on a new connection, until a process other than `not` answers. It does not wait
 * for the answer before: a connection that was handed to the dying process may never get one.
 */
export function firstAnswer(port: number, not = 0, limit = 20_000): Promise<Seen> {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return new Promise<Seen>((resolve, reject) => {
    const attempt = async (): Promise<void> => {
      try {
        const answer = await ask(port, controller.signal);
        if (answer.pid !== not) resolve({ ...answer, at: wallNow() });
      } catch {
        // Refused or reset: the next one may fare better.
      }
    };
    const interval = setInterval(attempt, 4);
    const timer = setTimeout(() => reject(new Error(`port ${port} did not answer in ${limit} ms`)), limit);
    controller.signal.addEventListener("abort", () => {
      clearInterval(interval);
      clearTimeout(timer);
    });
    void attempt();
  }).finally(() => controller.abort());
}
