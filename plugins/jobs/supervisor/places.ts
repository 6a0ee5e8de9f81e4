import { existsSync, mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { allowTraversal, makeOwnedFolder, type OtherUser } from "../../../system/other-user.ts";
import { makePrivateFolder } from "../../../system/private-folder.ts";
import { removeStaleSockets } from "../../../system/stale-sockets.ts";
import { makeTemporary, SHARED_TEMPORARY } from "../../../system/temporary.ts";

/**
 * The folder for the sockets of job workers, in the folder of the pool. One of its own, so that it can be all that a
 * worker with narrow permissions may write to.
 */
const JOBS_FOLDER = "jobs";

/** A folder in which workers listen for jobs. */
export interface Places {
  readonly folder: string;
  /** Makes it again when somebody has removed it. Never throws: a worker that cannot listen says why. */
  restore(): void;
  remove(): Promise<void>;
}

/** Makes the folder in `directory`, the private one of the pool, and takes away what a killed supervisor left in it. */
export async function openPlaces(directory: string): Promise<Places> {
  const folder = join(directory, JOBS_FOLDER);
  makePrivateFolder(folder);
  await removeStaleSockets(folder, (name) => /^j[0-9a-f]{8}$/.test(name));
  return placesIn(folder, folder, () => makePrivateFolder(folder));
}

/** Makes one for the workers of another user, who may pass through the folder above it. */
export async function openPlacesOf(user: OtherUser): Promise<Places> {
  const above = await makeTemporary("j", SHARED_TEMPORARY);
  const folder = join(above, JOBS_FOLDER);
  const make = (): void => {
    if (!existsSync(above)) mkdirSync(above, { mode: 0o700 });
    allowTraversal(above);
    makeOwnedFolder(user, folder);
  };
  make();
  return placesIn(folder, above, make);
}

function placesIn(folder: string, removed: string, make: () => void): Places {
  return {
    folder,
    restore() {
      try {
        make();
      } catch {
        // The worker fails to start, with the reason.
      }
    },
    remove: () => rm(removed, { recursive: true, force: true }),
  };
}
