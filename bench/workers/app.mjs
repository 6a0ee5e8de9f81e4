/** A program that knows of no supervisor: it answers with who it is, on `/slow` after 20 ms. */
import { createServer } from "node:http";
import process from "node:process";
import { threadId } from "node:worker_threads";

// Watt's workers are threads of one process.
const id = `${process.pid}.${threadId}`.padEnd(12);

createServer((request, response) => {
  if (request.url === "/slow") setTimeout(() => response.end(id), 20);
  else response.end(id);
}).listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
