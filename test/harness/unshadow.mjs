/**
 * The packages that bring other Node versions for the tests (`node24@npm:node@24`) also link `node_modules/.bin/node`,
 * and npm puts that folder first in PATH: every script would run on them instead of on the Node of this machine.
 */
import { rmSync } from "node:fs";

for (const name of ["node", "node.cmd", "node.ps1"]) {
  rmSync(new URL(`../../node_modules/.bin/${name}`, import.meta.url), { force: true });
}
