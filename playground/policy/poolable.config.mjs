import { defineConfig } from "poolable";
import { sysexits } from "./sysexits.mjs";

export default defineConfig({
  name: "policy",
  groups: {
    busy: { entry: "./exits.mjs", args: ["75"] },
    broken: { entry: "./exits.mjs", args: ["78"] },
  },
  plugins: [sysexits({ pause: 3_000 })],
});
