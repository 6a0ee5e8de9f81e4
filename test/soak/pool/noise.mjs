// A service that floods its output when it is told to by SIGUSR2.
import process from "node:process";
import { defineWorker } from "poolable/worker";

const line = `${"noise ".repeat(20)}\u009b31m\n`;

process.on("SIGUSR2", () => {
  const until = Date.now() + 2_000;
  const flood = () => {
    if (Date.now() > until) return;
    for (let n = 0; n < 200; n++) process.stdout.write(line);
    setImmediate(flood);
  };
  flood();
});

export default defineWorker({
  async run(worker) {
    await worker.stopping;
  },
});
