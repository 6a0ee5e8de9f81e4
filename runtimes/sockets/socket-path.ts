import { PoolError } from "../../core/contract/errors.ts";

/** Bytes of a Unix socket's path: `sun_path` of unix(7) without its final zero; 104 on the BSDs and macOS. */
const MAX_SOCKET_PATH: number = process.platform === "linux" ? 107 : 103;

/** Throws `E_LISTEN` for a path that the system would cut or refuse. Named pipes of Windows have no such limit. */
export function checkSocketPath(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (process.platform === "win32" || bytes <= MAX_SOCKET_PATH) return;
  throw new PoolError(
    "E_LISTEN",
    `the socket path ${path} is ${bytes} bytes long and ${MAX_SOCKET_PATH} are possible: choose a shorter folder`,
  );
}
