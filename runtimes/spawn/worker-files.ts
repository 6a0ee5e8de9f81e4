import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { changeOwner, allowTraversal, type OtherUser } from "../../system/other-user.ts";
import { makeTemporary, SHARED_TEMPORARY } from "../../system/temporary.ts";
import { openChannel, type Channel } from "../channel/channel.ts";
import { copyWorker } from "./worker-copy.ts";

/** What workers of one user connect to, and are started from. */
export interface WorkerFiles {
  readonly channel: Channel;
  /** The file that a worker's process is started with. Throws when it cannot be written. */
  workerMain(): string;
  close(): Promise<void>;
}

/**
 * Opens the channel and lays down the worker's files, in `directory`, or in a folder of its own that is removed at the
 * end. For another `user` it is always one of its own: the folder stays the supervisor's, which is what makes it safe to
 * give the socket in it away, and only the socket is the user's.
 */
export async function openWorkerFiles(
  main: string,
  directory?: string,
  user?: OtherUser,
): Promise<WorkerFiles> {
  let temporary: string | undefined;
  if (user) temporary = await makeTemporary("u", SHARED_TEMPORARY);
  else if (directory === undefined) temporary = await makeTemporary("w");
  const folder = temporary ?? directory!;
  if (!temporary) await mkdir(folder, { recursive: true, mode: 0o700 });
  // What runs from source stays with the packages that it is developed with.
  const copy = main.endsWith(".ts") ? undefined : copyWorker(main, folder);
  const give = (socket: string): void => {
    allowTraversal(dirname(socket));
    changeOwner(user!, socket);
  };
  const channel = await openChannel(folder, user && give);
  return {
    channel,
    workerMain: copy?.file ?? (() => main),
    async close() {
      await channel.close();
      copy?.remove();
      if (temporary) await rm(temporary, { recursive: true, force: true });
    },
  };
}
