import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));

/** An import of one source file by another. Paths start at the root of the repository. */
export interface Import {
  readonly from: string;
  readonly to: string;
  /** The path as it is written. */
  readonly specifier: string;
  /** Whether it imports types alone. */
  readonly isType: boolean;
  /** Whether it is `export … from`. */
  readonly isExport: boolean;
}

/** What is known of a source file. */
export interface Source {
  readonly path: string;
  readonly imports: readonly Import[];
  /** Names that the file declares: functions, classes, types, variables, and members of objects and classes. */
  readonly declared: ReadonlySet<string>;
  /** Identifiers and texts in the code, comments left out. */
  readonly used: ReadonlySet<string>;
}

const known = new Map<string, Source>();

/**
 * Returns the imports and names of a TypeScript file.
 *
 * @param path From the root of the repository.
 * @throws An error of the system when the file does not exist.
 */
export function readSource(path: string): Source {
  const before = known.get(path);
  if (before) return before;
  const tree = ts.createSourceFile(
    path,
    readFileSync(`${root}${path}`, "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  const imports: Import[] = [];
  const declared = new Set<string>();
  const used = new Set<string>();

  function visit(node: ts.Node): void {
    const found = importOf(node);
    if (found?.specifier.startsWith("."))
      imports.push({ from: path, to: posix.join(posix.dirname(path), found.specifier), ...found });
    const name = declaredName(node);
    if (name !== undefined) declared.add(name);
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node) || ts.isStringLiteral(node))
      used.add(node.text);
    ts.forEachChild(node, visit);
  }
  visit(tree);
  const source = { path, imports, declared, used };
  known.set(path, source);
  return source;
}

type Found = Pick<Import, "specifier" | "isType" | "isExport">;

function importOf(node: ts.Node): Found | undefined {
  if (ts.isImportDeclaration(node)) {
    const isType = node.importClause?.isTypeOnly ?? false;
    return { specifier: textOf(node.moduleSpecifier), isType, isExport: false };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier)
    return { specifier: textOf(node.moduleSpecifier), isType: node.isTypeOnly, isExport: true };
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return { specifier: textOf(node.arguments[0]), isType: false, isExport: false };
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return { specifier: textOf(node.argument.literal), isType: true, isExport: false };
  return undefined;
}

/** The text of a literal; nothing for a path that is computed. */
function textOf(node: ts.Node | undefined): string {
  return node && ts.isStringLiteral(node) ? node.text : "";
}

function declaredName(node: ts.Node): string | undefined {
  const isDeclaration =
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isPropertyAssignment(node);
  if (!isDeclaration || !node.name) return undefined;
  return ts.isIdentifier(node.name) || ts.isPrivateIdentifier(node.name) ? node.name.text : undefined;
}

/** The TypeScript files in a folder and below it, or the file itself. Paths start at the root of the repository. */
export function sourcesIn(path: string): string[] {
  if (path.endsWith(".ts")) return [path];
  return readdirSync(`${root}${path}`, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? sourcesIn(`${path}/${entry.name}`) : `${path}/${entry.name}`))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .toSorted();
}
