const PROTOCOL_VERSION = 1;
const WORKER_FRAMES = {
  hello: ["connected"],
  ready: ["greeted"],
  heartbeat: ["greeted", "serving"],
  log: ["greeted", "serving"],
  error: ["greeted", "serving"],
  event: ["greeted", "serving"],
  request: ["greeted", "serving"],
  result: ["serving"],
  goodbye: ["greeted", "serving"]
};
const GOODBYE_EXIT_CODES = {
  done: 0,
  drained: 0,
  restart: 0,
  permanent: 0,
  fatal: 1,
  startFailed: 1
};
const CREDIT_WINDOW = 256;
function phaseOf(said) {
  if (said.goodbye) return "parted";
  if (said.ready) return "serving";
  return said.hello ? "greeted" : "connected";
}
function judgeFrame(phase, frame) {
  const allowed = Object.hasOwn(WORKER_FRAMES, frame.type) ? WORKER_FRAMES[frame.type] : void 0;
  if (phase === "parted") return { kind: "afterGoodbye", detail: `${nameOf(frame)} after goodbye` };
  if (!allowed) return { kind: "unknownFrame", detail: `${nameOf(frame)} is no frame of a worker` };
  if (allowed.includes(phase)) return void 0;
  if (frame.type === "hello") return { kind: "secondHello", detail: "a second hello" };
  const missing = phase === "connected" ? "hello" : "ready";
  return frame.type === "ready" ? { kind: "outOfOrder", detail: phase === "connected" ? "ready before hello" : "a second ready" } : { kind: "outOfOrder", detail: `${frame.type} before ${missing}` };
}
function goodbyeOf(frame) {
  const kind = frame.kind;
  return typeof kind === "string" && Object.hasOwn(GOODBYE_EXIT_CODES, kind) ? kind : void 0;
}
function nameOf(frame) {
  return Object.hasOwn(WORKER_FRAMES, frame.type) ? frame.type : "a frame of an unknown type";
}

export { CREDIT_WINDOW as C, GOODBYE_EXIT_CODES as G, PROTOCOL_VERSION as P, goodbyeOf as g, judgeFrame as j, phaseOf as p };
