import type { ArgsDef } from "citty";
import { checkArguments, splitRest } from "../../cli/args.ts";
import { commands } from "../../cli/commands/index.ts";
import { messageOf } from "../../core/contract/errors.ts";
import type { Page } from "./_markdown.ts";

/** Every command line that a page shows, in its blocks and in its text. */
export function commandLines({ blocks, prose }: Page): string[] {
  const shown = blocks
    .filter(({ language }) => language === "sh" || language === "console")
    .flatMap(({ code }) => code.replaceAll("\\\n", " ").split(/\n|&&|[|;]\s/))
    .map((line) =>
      line
        .replace(/\s#.*$/, "")
        .replace(/^\$ /, "")
        .trim(),
    );
  const inline = [...prose.matchAll(/`((?:npx )?poolable(?: [^`\n]*)?|npm [^`\n]+)`/g)].map(
    ([, line]) => line!,
  );
  return [...shown, ...inline];
}

/** What is wrong with a command line of the docs; `undefined` when nothing is, or it is another program's. */
export function faultOf(line: string, scripts: Readonly<Record<string, string>>): string | undefined {
  const script = /^npm (?:run (\S+)|(test))/.exec(line);
  const name = script?.[1] ?? script?.[2];
  if (name !== undefined) return Object.hasOwn(scripts, name) ? undefined : `no npm script ${name}`;
  const [, given] =
    /^(?:[A-Z_]+=\S+ )*(?:(?:npx |node dist\/)?poolable|node dist\/cli\.mjs)(?: (.*))?$/.exec(line) ?? [];
  if (given === undefined || /^(--help|--version)$/.test(given)) return undefined;
  const { own } = splitRest(wordsOf(given));
  const [command = "", ...words] = own;
  if (!Object.hasOwn(commands, command)) return `no command ${command}`;
  if (words.includes("--help")) return undefined;
  // A command on its own is spoken of, not shown.
  if (words.length === 0) return undefined;
  try {
    checkArguments(command, commands[command]!.args as ArgsDef, words);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Words of a shell, and of a synopsis: `<n | +n>` stands for one word, `[--json]` for those in it. */
function wordsOf(text: string): string[] {
  const words = text.match(/<[^>]*>|\[[^\]]*\]|[^\s[\]<>]+/g) ?? [];
  return words.flatMap((word) => {
    if (word.startsWith("[")) return wordsOf(word.slice(1, -1).split(" | ")[0]!);
    return word.startsWith("<") ? ["word"] : [word.replaceAll("…", "")];
  });
}
