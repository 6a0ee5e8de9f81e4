import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";

/**
 * Finds the processes that a test file started, on Linux: by its marker in their environment or, since workers get
 * only an allow-list of it, by the file's own temporary folder in any variable or argument.
 *
 * @param {string} marker @param {string} folder
 * @returns {{ pid: number, command: string }[]} Zombies, and the caller itself, are not among them.
 */
export function leftOvers(marker, folder) {
  if (process.platform !== "linux") return [];
  const found = [];
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
      if (command && [marker, folder].some((sign) => environment.includes(sign) || command.includes(sign))) {
        found.push({ pid, command: command.slice(0, 200) });
      }
    } catch {
      // Ended meanwhile, or not ours to read.
    }
  }
  return found;
}
