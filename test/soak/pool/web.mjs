// A server that knows nothing of poolable. It writes down which connections and requests it has, before it answers.
import { openSync, writeSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

const file = openSync(join(process.env.SOAK_FOLDER, "web"), "a");
const write = (...words) => writeSync(file, `${[...words, Date.now()].join(" ")}\n`);

const server = createServer(async (request, response) => {
  const id = request.headers["x-id"];
  write("request", process.pid, id);
  if (request.url === "/crash")
    setImmediate(() => {
      throw new Error("the request asked for a crash");
    });
  await sleep(5);
  response.end(String(process.pid));
});
server.on("connection", (socket) => write("connection", process.pid, socket.remotePort));
server.listen(Number(process.env.PORT ?? process.env.SOAK_PORT));
