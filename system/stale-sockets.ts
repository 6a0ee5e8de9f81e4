import { readdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";

/** Removes the sockets in a folder on which nobody listens: those of processes that were killed. Never rejects. */
export async function removeStaleSockets(folder: string, isOurs: (name: string) => boolean): Promise<void> {
  let names: string[];
  try {
    names = readdirSync(folder).filter(isOurs);
  } catch {
    return;
  }
  await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      if ((await probe(path)) === "ECONNREFUSED") rmSync(path, { force: true });
    }),
  );
}

/** Connects and hangs up: `undefined` when somebody listens, else the error code. */
export function probe(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}
