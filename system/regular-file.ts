import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

/**
 * Returns the text of a file. A named pipe in its place, which would block whoever opens or reads it, is not read.
 *
 * @throws the error of the system, and an `Error` when it is not a regular file.
 */
export function readRegularFile(path: string): string {
  const file = openSync(path, constants.O_RDONLY | nonBlocking());
  try {
    if (!fstatSync(file).isFile()) throw new Error("it is not a regular file; remove it");
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}

/** Windows has no such flag, and no such pipes. */
function nonBlocking(): number {
  return (constants as { O_NONBLOCK?: number }).O_NONBLOCK ?? 0;
}
