import { definePlugin } from "poolable";

/** Reads exit codes as sysexits.h does: no restart mends a wrong configuration, and what is busy needs a pause. */
export const sysexits = definePlugin(({ pause = 2_000 } = {}) => ({
  name: "sysexits",
  setup(pool) {
    pool.decisions.restart.tap("sysexits", ({ report }) => {
      if (report.code === 78) return { action: "fail", reason: "EX_CONFIG: a restart does not mend it" };
      if (report.code === 75) return { action: "restart", delayMs: pause, reason: "EX_TEMPFAIL: later" };
    });
  },
}));
