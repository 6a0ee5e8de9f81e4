import { setImmediate as turn } from "node:timers/promises";
import * as assert from "uvu/assert";
import type { HookPayload } from "../../core/contract/hooks.ts";
import { createNotifier } from "../../core/shell/notifier.ts";
import { suite } from "../_suite.ts";

const test = suite("hooks");

const FACT = { pool: "p" };

test("every observer hears a fact, whatever the others do", async () => {
  const { hooks, notify } = createNotifier();
  const heard: string[] = [];
  const errors: HookPayload<"plugin:error">[] = [];
  hooks.hook("plugin:error", (fact) => void errors.push(fact));
  hooks.hook("pool:starting", () => {
    throw new Error("thrown");
  });
  hooks.hook("pool:starting", async () => {
    await turn();
    throw new Error("rejected");
  });
  hooks.hook("pool:starting", () => void heard.push("last"));
  notify("pool:starting", FACT);
  assert.equal(heard, ["last"]);
  await turn();
  await turn();
  assert.equal(
    errors.map(({ plugin, stage, error }) => [plugin, stage, (error as Error).message]),
    [
      ["observer", "pool:starting", "thrown"],
      ["observer", "pool:starting", "rejected"],
    ],
  );
});

test("an observer that fails is told under the name of its plugin, however it was added", async () => {
  const { hooks, of, notify } = createNotifier();
  const told: unknown[] = [];
  hooks.hook("plugin:error", ({ plugin, error }) => void told.push([plugin, (error as Error).message]));
  const fails = (what: string) => (): never => {
    throw new Error(what);
  };
  const [one, two] = [of("one"), of("two")];
  const remove = one.hook("pool:starting", fails("hook"));
  two.hookOnce("pool:starting", fails("hookOnce"));
  const removeAll = two.addHooks({ "pool:starting": fails("addHooks") });
  one.hook("pool:starting", () => Promise.reject(new Error("later")) as unknown as void);
  notify("pool:starting", FACT);
  await turn();
  assert.equal(told.splice(0), [
    ["one", "hook"],
    ["two", "hookOnce"],
    ["two", "addHooks"],
    ["one", "later"],
  ]);
  remove();
  removeAll();
  const again = fails("again");
  one.hook("pool:starting", again);
  two.removeHook("pool:starting", again);
  notify("pool:starting", FACT);
  await turn();
  assert.equal(told, [["one", "later"]]);
});

test("anything may be thrown", () => {
  const { hooks, notify } = createNotifier();
  const errors: unknown[] = [];
  hooks.hook("plugin:error", ({ error }) => void errors.push(error));
  for (const thrown of [null, undefined, 0, "text"]) {
    hooks.hookOnce("pool:starting", () => {
      throw thrown;
    });
    notify("pool:starting", FACT);
  }
  assert.equal(errors, [null, undefined, 0, "text"]);
});

test("an observer of errors that fails has nobody left to tell", async () => {
  const { hooks, notify } = createNotifier();
  let calls = 0;
  hooks.hook("plugin:error", () => {
    calls++;
    throw new Error("again");
  });
  hooks.hook("plugin:error", () => {
    calls++;
    return Promise.reject(new Error("and again")) as unknown as void;
  });
  hooks.hook("pool:starting", () => {
    throw new Error("first");
  });
  notify("pool:starting", FACT);
  await turn();
  await turn();
  assert.is(calls, 2);
});

test("an observer may add and remove observers; those that were there hear the fact", () => {
  const { hooks, notify } = createNotifier();
  const heard: string[] = [];
  const remove = hooks.hook("pool:starting", () => {
    heard.push("a");
    remove();
    removeSecond();
    hooks.hook("pool:starting", () => void heard.push("c"));
  });
  const removeSecond = hooks.hook("pool:starting", () => void heard.push("b"));
  notify("pool:starting", FACT);
  assert.equal(heard, ["a", "b"]);
  notify("pool:starting", FACT);
  assert.equal(heard, ["a", "b", "c"]);
});

test("a fact without observers is no error, reaches no other hook, and is not kept for later", async () => {
  const { hooks, notify } = createNotifier();
  const heard: string[] = [];
  const observe = (name: "plugin:error" | "pool:running" | "pool:starting"): unknown =>
    hooks.hook(name, () => void heard.push(name));
  observe("plugin:error");
  observe("pool:running");
  notify("pool:starting", FACT);
  observe("pool:starting");
  await turn();
  assert.equal(heard, []);
  notify("pool:starting", FACT);
  assert.equal(heard, ["pool:starting"]);
});

test.run();
