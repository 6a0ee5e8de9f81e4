/** The limit: a server that answers messages of a known length as they are. `node raw.mjs <path> <bytes> <spin ms>` */
import { createServer } from "node:net";
import process from "node:process";
import { spin } from "./jobs.mjs";

const [path, bytes, ms] = process.argv.slice(2);
const length = Number(bytes);

const server = createServer((socket) => {
  let had = 0;
  let held = [];
  socket.on("data", (chunk) => {
    held.push(chunk);
    had += chunk.length;
    if (had < length) return;
    for (; had >= length; had -= length) if (ms !== "0") spin(Number(ms));
    const whole = held;
    // What is left over of a message belongs to the next answer; an echo need not cut it.
    held = [];
    had %= length;
    socket.cork();
    for (const part of whole) socket.write(part);
    socket.uncork();
  });
  socket.on("error", () => {});
});
server.listen(path, () => process.send("listening"));
process.on("disconnect", () => process.exit());
