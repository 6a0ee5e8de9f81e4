import { join } from "node:path";
import ts from "typescript";
import type { Page } from "./_markdown.ts";
import { root } from "./_markdown.ts";

/** The codes of what `noImplicitAny` finds. */
const IMPLICIT_ANY = [7005, 7006, 7008, 7010, 7016, 7018, 7019, 7023, 7024, 7031, 7034];

/**
 * Type-checks the examples that name their file. Those of one page lie beside each other; the same name again on a
 * page stands for another version of the file. Nothing is written: the files exist for the compiler only.
 */
export function checkExamples(pages: readonly Page[]): string[] {
  const files = new Map<string, string>();
  const checked: string[] = [];
  for (const { path, blocks } of pages) {
    const named = blocks.filter(({ file }) => file !== undefined);
    for (const [index, { file, code }] of named.entries()) {
      const isAgain = named.findIndex((other) => other.file === file) !== index;
      const place = join(root, "docs/.examples", path.replaceAll("/", "-"), isAgain ? `${index}` : "", file!);
      files.set(place, code);
      checked.push(place);
    }
  }

  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const all: ts.CompilerOptions = {
    ...options,
    allowJs: true,
    checkJs: true,
    isolatedDeclarations: false,
    declaration: false,
    erasableSyntaxOnly: false,
    verbatimModuleSyntax: false,
  };
  const host = ts.createCompilerHost(all);
  const { fileExists, readFile, getSourceFile, directoryExists } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.directoryExists = (name) =>
    [...files.keys()].some((file) => file.startsWith(`${name}/`)) || directoryExists!(name);
  host.getSourceFile = (name, language, ...rest) => {
    const text = files.get(name);
    return text === undefined
      ? getSourceFile(name, language, ...rest)
      : ts.createSourceFile(name, text, language, true);
  };
  const program = ts.createProgram(checked, all, host);
  return checked.flatMap((name) => {
    const file = program.getSourceFile(name)!;
    const faults = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    // An example in JavaScript has no types to write.
    const told = faults.filter(({ code }) => !name.endsWith(".mjs") || !IMPLICIT_ANY.includes(code));
    return told.map(({ messageText, start = 0 }) => {
      const { line } = file.getLineAndCharacterOfPosition(start);
      const where = name.slice(join(root, "docs/.examples/").length);
      return `${where}:${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, "; ")}`;
    });
  });
}
