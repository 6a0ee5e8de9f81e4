import type { ArgsDef } from "citty";
import { parseArgs } from "citty";
import * as assert from "uvu/assert";
import { checkArguments, splitRest, wholeNumber } from "../../cli/args.ts";
import { parseCount } from "../../cli/commands/scale.ts";
import { refuseRunner } from "../../cli/start/entry.ts";
import { parseWorkers } from "../../cli/start/options.ts";
import { unknownCommand } from "../../cli/start/other-tools.ts";
import { suite } from "../_suite.ts";

const test = suite("cli arguments");

const definitions = {
  group: { type: "positional", description: "The group" },
  count: { type: "positional", required: false, description: "How many" },
  name: { type: "string", description: "The pool" },
  port: { type: "string", description: "A port" },
  json: { type: "boolean", description: "Print JSON" },
} satisfies ArgsDef;

const check = (...words: string[]): string[] => checkArguments("scale", definitions, words);
const read = (...words: string[]): Record<string, unknown> => ({
  ...parseArgs(check(...words), definitions),
});

function refused(words: string[], expected: RegExp): void {
  assert.throws(
    () => check(...words),
    (error: Error & { code: string }) => error.code === "E_USAGE" && expected.test(error.message),
    `${words.join(" ")} → ${expected}`,
  );
}

test("citty reads what comes out as it was meant", () => {
  const { group, count, name, json } = read("web", "--name", "shop", "-1", "--json");
  assert.equal([group, count, name, json], ["web", "-1", "shop", true]);
  assert.is(read("web", "--name=a=b").name, "a=b");
  assert.is(read("web", "+2").count, "+2");
  assert.is(read("web", "--port", "-1").port, "-1");
  assert.is(read("-").group, "-");
});

test("an unknown option is refused, with the nearest", () => {
  refused(["web", "--jsno"], /unknown option "--jsno"; did you mean --json\?/);
  refused(["web", "--verbose"], /poolable scale takes --name, --port, --json, --help/);
  refused(["web", "--no-json"], /unknown option "--no-json"/);
  refused(["web", "-x"], /unknown option "-x"/);
  refused(["web", "-name=x"], /unknown option "-name"; did you mean --name/);
  refused(["web", "--__proto__"], /unknown option/);
  refused(["web", "--constructor=x"], /unknown option/);
});

test("values that are missing, doubled or too many are refused", () => {
  refused(["web", "--name"], /--name needs a value: The pool/);
  refused(["web", "--name", "--json"], /--name needs a value/);
  refused(["web", "--name="], /--name needs a value/);
  refused(["web", "--json=true"], /--json takes no value/);
  refused(["web", "--name", "a", "--name=b"], /--name is given twice/);
  refused(["web", "1", "extra"], /unexpected argument "extra"/);
  refused([], /poolable scale needs <group>/);
});

test("the words after -- stay whole", () => {
  assert.equal(splitRest(["a", "--", "--x", "--", "y"]), { own: ["a"], rest: ["--x", "--", "y"] });
  assert.equal(splitRest(["a"]), { own: ["a"], rest: undefined });
  assert.equal(splitRest(["a", "--"]), { own: ["a"], rest: [] });
});

test("numbers are whole and within their bounds", () => {
  assert.is(wholeNumber("--port", "0", 0, 65_535), 0);
  for (const text of ["", "-1", "1.5", "1e3", "0x10", "65536", " 1", "NaN", "99999999999999999999"]) {
    assert.throws(
      () => wholeNumber("--port", text, 0, 65_535),
      /--port: .* is not a whole number from 0 to 65535/,
    );
  }
});

test("workers are a number or a range", () => {
  assert.is(parseWorkers("2"), 2);
  assert.equal(parseWorkers("1-4"), { min: 1, max: 4 });
  assert.equal(parseWorkers("0-4"), { min: 0, max: 4 });
  for (const text of ["0", "4-1", "1-", "-4", "a", "1-0", "1--2"]) {
    assert.throws(() => parseWorkers(text), /--workers: .* is not a whole number/);
  }
});

test("scale takes a count or a difference", () => {
  assert.equal(parseCount("4"), { count: 4 });
  assert.equal(parseCount("+1"), { delta: 1 });
  assert.equal(parseCount("-2"), { delta: -2 });
  for (const text of ["", "+", "--1", "1.5", "all", "10001"])
    assert.throws(() => parseCount(text), /whole number/);
});

test("a boolean that can be negated is, and no other", () => {
  const times = {
    times: { type: "boolean", description: "With", negativeDescription: "Without" },
    json: { type: "boolean", description: "Print JSON" },
  } satisfies ArgsDef;
  const read = (...words: string[]) => parseArgs(checkArguments("start", times, words), times).times;
  assert.is(read("--no-times"), false);
  assert.is(read("--times"), true);
  assert.is(read(), undefined);
  assert.throws(() => read("--no-json"), /unknown option "--no-json"/);
  assert.throws(() => read("--no-times=1"), /unknown option/);
});

test("a guess is answered with what was meant", () => {
  const names = ["start", "status", "stop"];
  const guess = (...words: string[]): string => unknownCommand(words[0]!, words.slice(1), names).message;
  const start = "`poolable start";
  assert.is(
    guess("w.mjs", "--port", "80"),
    `unknown command "w.mjs"; to start it: ${start} w.mjs --port 80\``,
  );
  assert.match(guess("--port", "80"), `options follow a command: ${start} server.js --port 80\``);
  assert.match(guess("--versoin"), "did you mean --version?");
  for (const word of ["list", "ps", "ls"])
    assert.is(guess(word), `unknown command "${word}"; use \`poolable status\``);
  assert.match(guess("logs"), "`poolable start` prints the lines of all workers");
  assert.match(guess("stats"), "did you mean status?");
  assert.match(guess("constructor"), "there are start, status, stop");
});

test("a command line in place of an entry is refused with the entry", () => {
  const refuse = (...words: string[]) => {
    try {
      refuseRunner(words, "/nowhere");
    } catch (error) {
      return (error as Error).message;
    }
    return "accepted";
  };
  assert.match(refuse("npm", "start"), /^npm is a command and no entry: name the module that it starts/);
  assert.is(
    refuse("node", "--inspect", "w.mjs"),
    "node is a command and no entry: use `poolable start w.mjs`",
  );
  assert.is(refuse("server.js", "--port", "80"), "accepted");
});

test.run();
