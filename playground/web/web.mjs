// A web server in several processes on one port. Each path below ends its worker in a way of its own;
// the supervisor says in one line what it made of it.
import { defineWorker, worker } from "poolable/worker";

const provocations = {
  "/crash": () =>
    setTimeout(() => {
      throw new Error("asked to crash");
    }),
  "/exit": (url) => setTimeout(() => process.exit(Number(url.searchParams.get("code") ?? 0))),
  "/reject": () => void Promise.reject(new Error("asked to reject")),
  "/hang": () =>
    setTimeout(() => {
      for (;;);
    }, 50),
  "/oom": () =>
    setTimeout(() => {
      for (const hoard = []; ;) hoard.push(Array(1e6).fill(Math.random()));
    }),
  "/overflow": () =>
    setTimeout(function deeper() {
      deeper();
    }),
  "/abort": () => setTimeout(() => process.abort()),
  "/kill": () => setTimeout(() => process.kill(process.pid, "SIGKILL")),
  "/stop": () => setTimeout(() => process.kill(process.pid, "SIGSTOP")),
  "/done": () => setTimeout(() => worker.end({ restart: "enough for today" })),
  "/retire": () => setTimeout(() => worker.end({ permanent: "not needed any more" })),
  "/fatal": () => setTimeout(() => worker.end({ fatal: "nothing can go on" })),
};

export default defineWorker({
  fetch(request) {
    const url = new URL(request.url);
    const answer = { slot: worker.id, pid: process.pid, epoch: worker.epoch };
    if (url.pathname === "/") return Response.json(answer);
    const provoke = provocations[url.pathname];
    if (!provoke) return Response.json({ ...answer, try: Object.keys(provocations) }, { status: 404 });
    provoke(url);
    return Response.json({ ...answer, provoked: url.pathname });
  },
});
