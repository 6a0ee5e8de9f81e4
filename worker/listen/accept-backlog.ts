/** The longest queue that is waited for. More is a stream of new connections, which never ends. */
const MAX_TURNS = 1_024;

/**
 * Resolves when nobody waits in the accept queue: Node takes one connection out of it in each turn of its loop, so
 * a turn that brought none has found it empty. What is closed then resets nobody.
 *
 * @param accepted how many connections have been accepted so far.
 */
export function acceptRest(accepted: () => number): Promise<void> {
  return new Promise((resolve) => {
    let turns = 0;
    function look(before: number): void {
      if (accepted() === before || ++turns > MAX_TURNS) resolve();
      else setImmediate(look, accepted());
    }
    // The turn that goes on may have looked into the queue before this was called: the next whole one counts.
    setImmediate(() => setImmediate(look, accepted()));
  });
}
