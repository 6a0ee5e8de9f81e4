import { Worker, SHARE_ENV } from 'node:worker_threads';

const POLL_MS = 250;
function guardAgainstOrphanhood(supervisor) {
  const source = `
    const parent = ${process.ppid};
    const gone = () => {
      if (process.ppid !== parent) return true;
      try { process.kill(${supervisor}, 0); return false; } catch (error) { return error.code === "ESRCH"; }
    };
    const end = (target) => { try { process.kill(target, "SIGKILL"); } catch {} };
    setInterval(() => { if (gone()) { end(${-process.pid}); end(${process.pid}); } }, ${POLL_MS});
  `;
  try {
    const thread = new Worker(source, { eval: true, execArgv: [], env: SHARE_ENV, name: "poolable guard" });
    thread.on("error", () => {
    });
    thread.unref();
  } catch {
  }
}

export { guardAgainstOrphanhood };
