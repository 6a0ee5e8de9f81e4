import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));

/** One member of an interface, as the docs show it. */
export interface Member {
  readonly name: string;
  /** The type as it is written, on one line. */
  readonly type: string;
  readonly optional: boolean;
  /** What its docstring says, on one line. */
  readonly doc: string;
  /** The properties of the first parameter, where the member is a function. */
  readonly payload: readonly string[];
}

const programs = new Map<string, ts.Program>();

function open(path: string): { checker: ts.TypeChecker; file: ts.SourceFile } {
  const full = `${root}${path}`;
  let program = programs.get(full);
  if (!program) {
    program = ts.createProgram([full], {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      allowImportingTsExtensions: true,
      noEmit: true,
      strict: true,
      types: [],
    });
    programs.set(full, program);
  }
  return { checker: program.getTypeChecker(), file: program.getSourceFile(full)! };
}

/** The members of an interface of a source file, in its order. */
export function readInterface(path: string, name: string): Member[] {
  const { checker, file } = open(path);
  const found = file.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === name);
  if (!found || !ts.isInterfaceDeclaration(found)) throw new Error(`${path} has no interface ${name}`);
  return found.members.filter(ts.isPropertySignature).map((member) => {
    const symbol = checker.getSymbolAtLocation(member.name)!;
    const [call] = checker.getTypeAtLocation(member).getCallSignatures();
    const [fact] = call?.getParameters() ?? [];
    const doc = ts.displayPartsToString(symbol.getDocumentationComment(checker));
    return {
      name: ts.isStringLiteral(member.name) ? member.name.text : member.name.getText(file),
      type: member.type!.getText(file).replace(/\s+/g, " "),
      optional: member.questionToken !== undefined,
      doc: doc.replace(/\s+/g, " ").trim(),
      payload: fact
        ? checker
            .getTypeOfSymbol(fact)
            .getProperties()
            .map((property) => property.name)
        : [],
    };
  });
}

/** The texts of a union type of a source file. */
export function unionOf(path: string, name: string): string[] {
  const { checker, file } = open(path);
  const found = file.statements.find((node) => ts.isTypeAliasDeclaration(node) && node.name.text === name);
  if (!found) throw new Error(`${path} has no type ${name}`);
  const type = checker.getTypeAtLocation(found) as ts.UnionType;
  return type.types.map((part) => (part as ts.StringLiteralType).value);
}

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escape).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Text as code. */
export function code(text: string): string {
  return `\`${text}\``;
}

function escape(cell: string): string {
  return cell.replaceAll("|", "\\|");
}
