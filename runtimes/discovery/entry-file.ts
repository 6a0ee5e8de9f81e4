import { closeSync, openSync, readSync } from "node:fs";
import { basename, extname } from "node:path";

const MODULES = /^\.[cm]?[jt]sx?$/;
const DATA = /^\.(ya?ml|json[c5]?|toml|ini|env)$/;
const SHELL = /^(ba|z|da|k)?sh$/;
const NAME_ONE = "name a JavaScript or TypeScript module";

/** Why a file cannot be a worker's entry, to be read after its name; `undefined` when it may be a module. */
export function noModule(file: string): string | undefined {
  const extension = extname(file);
  if (MODULES.test(extension)) return undefined;
  if (DATA.test(extension)) return `is a data file: ${NAME_ONE}`;
  const [, interpreter] = /^#!\s*(?:\S*\/env\s+(?:-S\s+)?)?(?:\S*\/)?(\S+)/.exec(firstLine(file)) ?? [];
  if (interpreter !== undefined && /^(node|bun|deno)/.test(interpreter)) return undefined;
  if (SHELL.test(extension.slice(1)) || SHELL.test(interpreter ?? ""))
    return "is a shell script: name the JavaScript or TypeScript module that it runs";
  // Without an extension and an interpreter the runtime decides.
  if (interpreter === undefined && (extension === "" || basename(file).startsWith("."))) return undefined;
  return `is no JavaScript or TypeScript module: ${NAME_ONE}`;
}

function firstLine(file: string): string {
  const buffer = Buffer.alloc(128);
  try {
    const descriptor = openSync(file, "r");
    try {
      return buffer.toString("latin1", 0, readSync(descriptor, buffer)).split("\n")[0]!;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return "";
  }
}
