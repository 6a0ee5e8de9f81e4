// timeout: 120
/** What an editor and the compiler know of the package's types. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import * as assert from "uvu/assert";
import { suite } from "./_suite.ts";

const test = suite("types");
const root = resolve(fileURLToPath(new URL("..", import.meta.url)));
const options = ts.parseJsonConfigFileContent(
  ts.readConfigFile(`${root}/tsconfig.json`, (path) => ts.sys.readFile(path)).config,
  ts.sys,
  root,
).options;

const entries: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(options.paths!).map(([name, [path]]) => [name, resolve(root, path!)]),
);

const virtual = `${root}/test/_virtual.ts`;
const source = `
import { createPool, defineConfig, definePlugin, type GroupConfig, type PluginContext } from "poolable";
const groups: Record<string, GroupConfig> = {};
const calls: string[] = [];
const plain = { name: "x", groups: { web: { entry: "./web.mjs", calls: ["images"], runtime: "node", listen: 1 } } };
export const fine: unknown[] = [
  defineConfig({ name: "x", groups: { web: { entry: "./w.mjs", calls: ["images"] }, images: { entry: "./i.mjs", type: "job" } } }),
  defineConfig({ name: "x", groups }),
  defineConfig({ name: "x", groups: { ...groups, web: { entry: "./w.mjs", calls } } }),
  defineConfig({ name: "x", groups: { web: { entry: "./w.mjs", runtime: "mine", listen: { port: 1, strategy: "mine" } } } }),
  createPool(plain),
  createPool(defineConfig({ name: "x", groups: { web: { entry: "./w.mjs" } } })),
  createPool({ name: "x", groups: { web: { entry: "./w.mjs" } } }, { load: () => defineConfig(plain) }),
  definePlugin(() => ({ name: "x", setup: (pool) => pool.emit("listener:accepting", { groups: [], at: pool.name }) })),
  (context: PluginContext) => [context.send, context.sendMessage, context.addEvidence, context.report, context.runtimes],
];
export const wrong: unknown[] = [
  defineConfig({ name: "x", groups: { web: { entry: "./w.mjs", jobs: { pick: "leastjobs" } } } }),
  defineConfig({ name: "x", groups: { web: { entry: "./w.mjs", restart: "allways" } } }),
  createPool({ name: "x", groups: { web: { entry: "./w.mjs", worker: 2 } } }),
  defineConfig({ name: "x", groups: { images: { entry: "./i.mjs", jobs: { pick: "/*pick*/" } } } }),
  createPool(plain).emit,
  createPool(plain).send,
];
defineConfig({
  name: "x",
  groups: {
    web: { entry: "./w.mjs", runtime: "/*runtime*/", listen: { port: 1, strategy: "/*strategy*/" }, calls: ["/*calls*/"] },
    images: { entry: "./i.mjs", type: "job" },
  },
});
createPool({ name: "x", groups: { api: { entry: "./w.mjs", calls: ["/*callsOfPool*/"] }, videos: { entry: "./v.mjs" } } });
`;

const service = ts.createLanguageService({
  getCompilationSettings: () => ({ ...options, types: ["node"] }),
  getScriptFileNames: () => [virtual, ...Object.values(entries)],
  getScriptVersion: () => "1",
  getScriptSnapshot: (name) => {
    const text = name === virtual ? source : ts.sys.readFile(name);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
  getCurrentDirectory: () => root,
  getDefaultLibFileName: (given) => ts.getDefaultLibFilePath(given),
  fileExists: (name) => name === virtual || ts.sys.fileExists(name),
  readFile: (name) => ts.sys.readFile(name),
  directoryExists: (name) => ts.sys.directoryExists(name),
  getDirectories: (name) => ts.sys.getDirectories(name),
});

/** What an editor offers between the quotation marks of a mark. */
function offered(mark: string): string[] {
  const at = source.indexOf(`/*${mark}*/`);
  const found = service.getCompletionsAtPosition(virtual, at, {});
  return (found?.entries ?? []).map(({ name }) => name).filter((name) => !name.startsWith("/*"));
}

test("an editor completes runtimes, strategies, picks and the names of the config's own groups", () => {
  assert.equal(offered("runtime").toSorted(), ["bun", "deno", "node"]);
  assert.equal(offered("strategy").toSorted(), ["reuse-port", "ring", "shared"]);
  assert.ok(offered("pick").includes("leastJobs"));
  assert.equal(offered("calls").toSorted(), ["images", "web"]);
  assert.equal(offered("callsOfPool").toSorted(), ["api", "videos"]);
});

test("plain use stays as it is, and what no config can have is an error", () => {
  const file = service.getProgram()!.getSourceFile(virtual)!;
  const found = [...service.getSyntacticDiagnostics(virtual), ...service.getSemanticDiagnostics(virtual)];
  const lines = found.map(({ start }) => file.getLineAndCharacterOfPosition(start!).line + 1);
  const first = source.slice(0, source.indexOf("export const wrong")).split("\n").length;
  const said = found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
  assert.equal(
    [...new Set(lines)],
    [1, 2, 3, 4, 5, 6].map((line) => first + line),
    said.join("\n"),
  );
});

test("every type that an exported one mentions is exported beside it, or by poolable", () => {
  const program = service.getProgram()!;
  const checker = program.getTypeChecker();
  const exportsOf = (path: string): ts.Symbol[] =>
    checker
      .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(path)!)!)
      .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));
  const main = new Set(exportsOf(entries.poolable!));
  const missing = new Set<string>();
  for (const [entry, path] of Object.entries(entries)) {
    const own = new Set(exportsOf(path));
    for (const symbol of own) {
      for (const declaration of symbol.declarations ?? []) {
        for (const type of mentioned(declaration, checker))
          if (!own.has(type) && !main.has(type) && type.name !== "PoolableGroups")
            missing.add(`${entry}: ${type.name} (in ${symbol.name})`);
      }
    }
  }
  assert.equal([...missing], []);
});

/** The types of this project that a declaration mentions, where its user meets them. */
function mentioned(declaration: ts.Declaration, checker: ts.TypeChecker): ts.Symbol[] {
  const found: ts.Symbol[] = [];
  const see = (node: ts.Node): void => {
    if (ts.isBlock(node) || ts.isPrivateIdentifier((node as ts.PropertyDeclaration).name ?? node)) return;
    if (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(isPrivate)) return;
    const name = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isExpressionWithTypeArguments(node)
        ? node.expression
        : undefined;
    let symbol = name && checker.getSymbolAtLocation(name);
    if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
    const [place] = symbol?.declarations ?? [];
    const isOwn = place?.getSourceFile().fileName.startsWith(root);
    if (symbol && place && isOwn && !ts.isTypeParameterDeclaration(place)) {
      if (!place.getSourceFile().fileName.includes("/node_modules/")) found.push(symbol);
    }
    // What a value is made of does not concern who uses it, where its type is written.
    if (ts.isVariableDeclaration(node) && node.type) return see(node.type);
    ts.forEachChild(node, see);
  };
  see(declaration);
  return found;
}

function isPrivate({ kind }: ts.ModifierLike): boolean {
  return kind === ts.SyntaxKind.PrivateKeyword;
}

test.run();
