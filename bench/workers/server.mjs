/** The HTTP service that every rival runs: it answers with who it is and when it was born and listened. */
import { createServer } from "node:http";
import { performance } from "node:perf_hooks";
import process from "node:process";

export function makeServer() {
  let listeningAt = 0;
  const server = createServer((_, response) => {
    response.setHeader("connection", "close");
    response.end(JSON.stringify({ pid: process.pid, bornAt: performance.timeOrigin, listeningAt }));
  });
  server.once("listening", () => (listeningAt = performance.timeOrigin + performance.now()));
  return server;
}
