// A reactor that lets others compute: /square?of=7, /primes?below=100000, /stream?below=100, /many?jobs=40.
import { defineWorker, worker } from "poolable/worker";

const maths = () => worker.jobs("maths");

const routes = {
  "/square": async (ask) => Response.json(await maths().run("square", ask("of", 7))),
  "/primes": async (ask, signal) =>
    // Whoever hangs up ends the job; one that is lost with its worker may run again.
    Response.json(await maths().run("primes", ask("below", 100_000), { signal, retries: 2, timeout: "20s" })),
  "/stream": (ask) => new Response(lines(maths().stream("primes", ask("below", 100)))),
  "/many": async (ask) => {
    const inputs = Array.from({ length: ask("jobs", 40) }, () => 200_000);
    const results = await maths().map("primes", inputs);
    return Response.json({ workers: new Set(results.map(({ by }) => by)).size });
  },
};

export default defineWorker({
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const route = routes[pathname];
    if (!route) return Response.json({ try: Object.keys(routes) }, { status: 404 });
    try {
      return await route((name, value) => Number(searchParams.get(name) ?? value), request.signal);
    } catch (error) {
      // What went wrong has a code: docs/jobs.md lists them.
      return Response.json({ code: error.code, message: error.message }, { status: 503 });
    }
  },
});

/** A body of one line for each item, read no faster than it is sent. */
function lines(items) {
  const encoder = new TextEncoder();
  return ReadableStream.from(
    (async function* () {
      for await (const item of items) yield encoder.encode(`${item}\n`);
    })(),
  );
}
