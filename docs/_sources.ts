import { fileURLToPath } from "node:url";
import ts from "typescript";

const roots = ["core/index.ts", "plugins/jobs/client/options.ts", "plugins/jobs/wire/job.ts"].map((path) =>
  fileURLToPath(new URL(`../${path}`, import.meta.url)),
);

/** One member of an interface, as the docs show it. */
export interface Member {
  readonly name: string;
  /** The type as it is written, on one line. */
  readonly type: string;
  /** What its docstring says, on one line. */
  readonly doc: string;
  /** The properties of the first parameter, where the member is a function. */
  readonly payload: readonly string[];
}

/** Types have no values to import: the compiler reads them, once. */
const program = ts.createProgram(roots, {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  allowImportingTsExtensions: true,
  noEmit: true,
  strict: true,
  types: [],
});
const checker = program.getTypeChecker();

function declarationOf<Node extends ts.Declaration & ts.Statement>(
  name: string,
  is: (node: ts.Node) => node is Node & { name: ts.Identifier },
): Node {
  for (const file of program.getSourceFiles()) {
    if (file.fileName.includes("/node_modules/")) continue;
    for (const node of file.statements) if (is(node) && node.name.text === name) return node;
  }
  throw new Error(`there is no type ${name}`);
}

/** The members of an interface, in its order. */
export function readInterface(name: string): Member[] {
  const { members } = declarationOf(name, ts.isInterfaceDeclaration);
  return members.filter(isMember).map((member) => {
    const symbol = checker.getSymbolAtLocation(member.name)!;
    const [call] = checker.getTypeAtLocation(member).getCallSignatures();
    const [fact] = call?.getParameters() ?? [];
    return {
      name: symbol.name,
      type: typeOf(member).replace(/\s+/g, " "),
      doc: docOf(symbol).replace(/\s+/g, " "),
      payload: fact
        ? checker
            .getTypeOfSymbol(fact)
            .getProperties()
            .map((property) => property.name)
        : [],
    };
  });
}

/** The fields of a type that is written as an object, in its order. */
export function fieldsOf(name: string): Pick<Member, "name" | "type" | "doc">[] {
  const { type } = declarationOf(name, ts.isTypeAliasDeclaration);
  if (!ts.isTypeLiteralNode(type)) throw new Error(`${name} is not written as an object`);
  return type.members.filter(isMember).map((member) => ({
    name: member.name.getText() + (member.questionToken ? "?" : ""),
    type: typeOf(member).replace(/\s+/g, " ").replace(" | undefined", ""),
    doc: docOf(checker.getSymbolAtLocation(member.name)!).replace(/\s+/g, " "),
  }));
}

/** What a docstring says, its `@default` as a last sentence. */
function docOf(symbol: ts.Symbol): string {
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  const given = symbol.getJsDocTags(checker).find(({ name }) => name === "default");
  if (!given) return text;
  const value = ts.displayPartsToString(given.text);
  // A value of the language, and no sentence about it.
  const isCode = /^('[^']*'|[\d.]+|true|false|\[\]|\{\}|\w+\(\))$/.test(value);
  return `${text} Default: ${isCode ? `\`${value}\`` : value}.`;
}

function isMember(node: ts.Node): node is ts.PropertySignature | ts.MethodSignature {
  return ts.isPropertySignature(node) || ts.isMethodSignature(node);
}

function typeOf(member: ts.PropertySignature | ts.MethodSignature): string {
  const type = member.type!.getText();
  if (ts.isPropertySignature(member)) return type;
  return `(${member.parameters.map((parameter) => parameter.getText()).join(", ")}) => ${type}`;
}

/** The texts of a union of texts of the kernel, as they are written. */
export function unionOf(name: string): string[] {
  const { type } = declarationOf(name, ts.isTypeAliasDeclaration);
  if (!ts.isUnionTypeNode(type)) throw new Error(`${name} is no union`);
  return type.types.map((part) => part.getText().replaceAll('"', ""));
}

/** One message of a union of messages, as the docs show it. */
export interface Message {
  readonly type: string;
  /** The names of its other properties; `?` behind one that may be missing. */
  readonly fields: readonly string[];
  /** What the comment before it says, on one line. */
  readonly doc: string;
}

/** The messages of a union whose members have a `type`, in their order. */
export function messagesOf(name: string): Message[] {
  const { type: union } = declarationOf(name, ts.isTypeAliasDeclaration);
  if (!ts.isUnionTypeNode(union)) throw new Error(`${name} is no union`);
  const source = union.getSourceFile().text;
  let from = union.getFullStart();
  return union.types.map((part) => {
    const [, comment = ""] = /\/\*\*(.*?)\*\//s.exec(source.slice(from, part.getStart())) ?? [];
    from = part.end;
    if (!ts.isTypeLiteralNode(part)) throw new Error(`${name} has a member that is no type literal`);
    const [type, ...fields] = part.members.filter(ts.isPropertySignature);
    return {
      type: type!.type!.getText().replaceAll('"', ""),
      fields: fields.map((field) => field.name.getText() + (field.questionToken ? "?" : "")),
      doc: comment.replace(/\s*\n\s*\*?\s*/g, " ").trim(),
    };
  });
}
