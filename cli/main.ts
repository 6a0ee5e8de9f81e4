#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { defineCommand, renderUsage, runCommand } from "citty";
import type { ArgsDef, CommandDef } from "citty";
import { checkArguments, splitRest, usage } from "./args.ts";
import { commands } from "./commands/index.ts";
import { describeError, exitCodeOf } from "./exit.ts";
import { wantsColour } from "./output/terminal.ts";
import { refuseRunner } from "./start/entry.ts";
import { unknownCommand } from "./start/other-tools.ts";

const poolable: CommandDef = defineCommand({
  meta: { name: "poolable", description: "Runs pools of worker processes and keeps them alive" },
  subCommands: commands,
});

async function main(words: readonly string[]): Promise<void> {
  const { own, rest } = splitRest(words);
  const [name, ...given] = own;
  if (name === undefined || ["help", "--help", "-h"].includes(name)) return printUsage(poolable);
  if (name === "--version" || name === "-v") return console.log(readVersion());
  const command = Object.hasOwn(commands, name) ? commands[name]! : undefined;
  if (!command) throw unknownCommand(name, given, Object.keys(commands));
  if (given.includes("--help") || given.includes("-h")) return printUsage(command, poolable);
  if (rest && name !== "start") throw usage("`--` and what follows is for the entry of `poolable start`");
  if (name === "start") refuseRunner(given, process.cwd());
  const rawArgs = checkArguments(name, command.args as ArgsDef, given);
  await runCommand(command, { rawArgs, data: { rest } });
}

async function printUsage(command: CommandDef, parent?: CommandDef): Promise<void> {
  const text = await renderUsage(command, parent);
  // citty colours for pipes and files too.
  console.log(wantsColour(process.stdout) ? text : stripVTControlCharacters(text));
}

function readVersion(): string {
  const file = new URL("../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** Resolves when all that was written is taken, or nobody takes it any more. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => void stream.write("", () => resolve()));
}

// `poolable status | head` must end in silence.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(describeError(error));
  process.exitCode = exitCodeOf(error);
}
// A config that was read may have left something open that would keep this process.
await Promise.all([process.stdout, process.stderr].map(written));
process.exit();
