import { defineConfig } from "poolable";
import { scaling } from "poolable/plugins";

export default defineConfig({
  name: "playground-jobs",
  groups: {
    web: { entry: "./web.mjs", workers: 2, listen: Number(process.env.PORT ?? 3000), calls: ["maths"] },
    // Nobody at first: the first job wakes one up, more come while jobs wait, and all go when there are none.
    maths: { type: "job", entry: "./maths.mjs", workers: { min: 0, max: 4 }, jobs: { maxConcurrent: 4 } },
  },
  // Short, so that both ways can be watched.
  plugins: [scaling({}, { up: "500ms", down: "5s" })],
});
