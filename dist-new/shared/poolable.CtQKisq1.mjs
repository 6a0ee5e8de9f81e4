const MAX_TIMEOUT_MS = 2 ** 31 - 1;
const TURNS = 3;
function systemClock() {
  return {
    now: () => performance.now(),
    at(at, fire) {
      let isCancelled = false;
      const wait = Math.min(MAX_TIMEOUT_MS, Math.max(0, Math.ceil(at - performance.now())));
      const timer = setTimeout(() => {
        afterTurns(TURNS, () => void (isCancelled || fire()));
      }, wait);
      return () => {
        isCancelled = true;
        clearTimeout(timer);
      };
    },
    random: () => Math.random()
  };
}
function afterTurns(turns, then) {
  if (turns === 0) then();
  else setImmediate(() => setTimeout(() => afterTurns(turns - 1, then), 1));
}

export { systemClock as s };
