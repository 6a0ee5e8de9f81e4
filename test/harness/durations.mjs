/** How long each test file took when it last ran, so that the slowest can start first. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/**
 * Reads the seconds of earlier runs of the same scope, by the name of the run of a file.
 *
 * @param {string} folder
 * @param {import("./selection.mjs").Scope} scope
 * @returns {Record<string, number>} Empty when there are none.
 */
export function readDurations(folder, scope) {
  try {
    return JSON.parse(readFileSync(join(folder, `${scope}.json`), "utf8"));
  } catch {
    return {};
  }
}

/**
 * Adds the seconds of this run to those of earlier ones.
 *
 * @param {string} folder
 * @param {import("./selection.mjs").Scope} scope
 * @param {Record<string, number>} seconds
 */
export function writeDurations(folder, scope, seconds) {
  const all = { ...readDurations(folder, scope), ...seconds };
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, `${scope}.${process.pid}.json`);
  writeFileSync(draft, JSON.stringify(all, undefined, 1));
  renameSync(draft, join(folder, `${scope}.json`));
}
