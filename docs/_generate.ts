/**
 * Writes the parts of the docs that say what the sources say: `npm run docs:tables`. A part stands between
 * `<!-- generated:name -->` and `<!-- /generated -->`; `test/docs.test.ts` fails while one is out of date.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parts } from "./_parts.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Every page, from the root of the repository. */
export const pages: readonly string[] = ["", "docs/", "playground/", "bench/"].flatMap((folder) =>
  readdirSync(`${root}${folder}`)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}${name}`),
);

/** `text` with its generated parts as they have to be. Throws for a part that nobody generates. */
export function regenerate(text: string): string {
  return text.replace(
    /(<!-- generated:([\w-]+) -->\n)[\s\S]*?(<!-- \/generated -->)/g,
    (_, begin: string, name: string, end: string) => {
      if (!Object.hasOwn(parts, name)) throw new Error(`docs/_parts.ts makes no part called ${name}`);
      return `${begin}${parts[name]!()}\n${end}`;
    },
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const page of pages) {
    const text = readFileSync(`${root}${page}`, "utf8");
    const next = regenerate(text);
    if (next === text) continue;
    writeFileSync(`${root}${page}`, next);
    console.log(`written: ${page}`);
  }
}
