import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pages as paths } from "../../docs/_generate.ts";

export const root: string = fileURLToPath(new URL("../..", import.meta.url));

/** A fenced block. */
export interface Block {
  /** What follows the fence: `js`, `sh`, … */
  readonly language: string;
  readonly code: string;
  /** The file that it says it is, by a comment in its first line: `// web.mjs`. */
  readonly file: string | undefined;
}

/** One page of the docs. */
export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** The text without its fenced blocks. */
  readonly prose: string;
}

const FENCE = /^```(\w*)[^\n]*\n([\s\S]*?)^```$/gm;

function readPage(path: string): Page {
  const text = readFileSync(join(root, path), "utf8");
  const blocks = [...text.matchAll(FENCE)].map(([, language = "", code = ""]) => ({
    language,
    code,
    file: /^\/\/ (\S+\.[cm]?[jt]s)$/m.exec(code.split("\n", 1)[0]!)?.[1],
  }));
  return { path, text, blocks, prose: text.replace(FENCE, "") };
}

export const pages: readonly Page[] = paths.map(readPage);

/** The relative links of a page, each as the file that it means and the anchor in it. */
export function linksOf({ path, prose }: Page): { href: string; file: string; anchor: string | undefined }[] {
  const hrefs = [...prose.replace(/`[^`\n]*`/g, "").matchAll(/\]\(([^)\s]+)\)/g)].map(([, href]) => href!);
  return hrefs
    .filter((href) => !/^[a-z]+:/.test(href))
    .map((href) => {
      const [file = "", anchor] = href.split("#");
      return { href, file: file === "" ? path : join(dirname(path), file), anchor };
    });
}

/** The anchors that GitHub gives to the headings of a page. */
export function anchorsOf({ prose }: Page): string[] {
  return [...prose.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
