import { createServer } from "node:http";

const [port] = process.argv.slice(2);

createServer((_, response) => {
  response.end(`hello from Node ${process.versions.node}, process ${process.pid}\n`);
}).listen(Number(port));
