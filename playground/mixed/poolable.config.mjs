import { defineConfig } from "poolable";

// Three groups, three runtimes, one port: the system spreads connections over all of their workers.
const port = Number(process.env.PORT || 3000);
const common = { listen: port, args: [String(port)] };

export default defineConfig({
  name: "mixed",
  groups: {
    node: { ...common, entry: "./node.mjs", runtime: "node" },
    bun: { ...common, entry: "./bun.ts", runtime: "bun" },
    // It may answer, and nothing else: no file, no variable, no other host.
    deno: { ...common, entry: "./deno.ts", runtime: "deno", permissions: {} },
  },
});
