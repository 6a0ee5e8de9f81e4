import { existsSync } from "node:fs";
import { nearest } from "../../core/config/check.ts";
import { show, usage } from "../args.ts";

/** Words of other tools, and what is meant by them here. */
const MEANT: Readonly<Record<string, string>> = {
  ...alike("use `poolable status`", "ps", "ls", "list", "show", "info", "describe", "top"),
  ...alike("use `poolable start`", "run", "up", "serve", "dev", "launch", "startOrReload"),
  ...alike("use `poolable stop`", "down", "kill", "end", "quit", "exit", "delete", "del", "rm"),
  ...alike(
    "`poolable start` prints the lines of all workers: look where its output goes",
    "logs",
    "log",
    "tail",
  ),
  ...alike("write a poolable.config.ts, or `poolable start server.js`", "init", "new", "create", "setup"),
  version: "use `poolable --version`",
};

/** The error for a first word that is no command, with what was probably meant. */
export function unknownCommand(word: string, rest: readonly string[], names: readonly string[]): Error {
  if (word.startsWith("-")) {
    const hint = `options follow a command: \`poolable start server.js ${plain([word, ...rest])}\``;
    return usage(`unknown option ${show(word)}; ${near(word, ["--help", "--version"]) ?? hint}`);
  }
  if (Object.hasOwn(MEANT, word)) return usage(`unknown command ${show(word)}; ${MEANT[word]}`);
  const isFile = /[./]/.test(word) || existsSync(word);
  const hint = isFile ? `to start it: \`poolable start ${plain([word, ...rest])}\`` : near(word, names);
  return usage(`unknown command ${show(word)}; ${hint ?? `there are ${names.join(", ")}`}`);
}

function near(word: string, names: readonly string[]): string | undefined {
  const name = nearest(word, names);
  return name && `did you mean ${name}?`;
}

/** Words of the command line as an example shows them, cut where they are many. */
function plain(words: readonly string[]): string {
  const line = words.join(" ").replace(/\p{Cc}/gu, "?");
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}

function alike(meaning: string, ...words: string[]): Record<string, string> {
  return Object.fromEntries(words.map((word) => [word, meaning]));
}
