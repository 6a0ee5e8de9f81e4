/** A module as `bun` and `deno serve` serve it, and poolable too: it answers with who it is. */
import process from "node:process";

const id = String(process.pid).padEnd(12);
const headers = { "content-length": "12" };

export default {
  port: Number(process.env.PORT),
  hostname: "127.0.0.1",
  reusePort: true,
  fetch: () => new Response(id, { headers }),
};
