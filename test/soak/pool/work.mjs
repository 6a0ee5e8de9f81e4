// Jobs that write down when they begin and end.
import { openSync, writeSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { defineWorker } from "poolable/worker";

const file = openSync(join(process.env.SOAK_FOLDER, "jobs"), "a");
const write = (...words) => writeSync(file, `${words.join(" ")}\n`);

export default defineWorker({
  jobs: {
    async note({ id, ms }) {
      write("begun", id, process.pid);
      await sleep(ms);
      write("ended", id, process.pid);
      return id;
    },
    crash({ id }) {
      write("begun", id, process.pid);
      process.exit(3);
    },
  },
});
