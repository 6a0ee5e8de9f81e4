import { defineConfig } from "poolable";
import { warm } from "./warm.mjs";

const source = new URL("./prices.mjs", import.meta.url).href;
const web = { entry: "./web.mjs", listen: { port: Number(process.env.PORT ?? 3000), strategy: "shared" } };

export default defineConfig({
  name: "warm",
  groups: {
    node: { ...web, runtime: "node" },
    bun: { ...web, runtime: "bun" },
    deno: { ...web, runtime: "deno" },
  },
  plugins: [warm({ groups: ["node", "bun", "deno"], source })],
});
