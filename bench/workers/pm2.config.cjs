/** pm2 in cluster mode, all else at its defaults. */
const { join } = require("node:path");

module.exports = {
  apps: process.env.BENCH_PORTS.split(",").map((place) => {
    const [port, workers = "1"] = place.split(":");
    return {
      name: `web${port}`,
      script: join(__dirname, process.env.BENCH_PROGRAM ?? "bare.mjs"),
      exec_mode: "cluster",
      instances: Number(workers),
      env: { PORT: port },
    };
  }),
};
