import * as assert from "uvu/assert";
import { createOutput } from "../../cli/output/output.ts";
import { renderStatus } from "../../cli/output/table.ts";
import { paintFor, wantsColour } from "../../cli/output/terminal.ts";
import type { PoolStatus } from "../../core/contract/status.ts";
import { stripControl } from "../../plugins/logs/index.ts";
import { emptyState } from "../../plugins/scoreboard/wire/record.ts";
import { suite } from "../_suite.ts";

const test = suite("cli terminal");

test("nothing that a terminal obeys is left of a worker's text", () => {
  for (const [text, expected] of [
    ["plain\ttext ü 漢 😀", "plain\ttext ü 漢 😀"],
    ["\u001b[31mred\u001b[0m", "red"],
    ["\u001b[2J\u001b[1;1Hclear", "clear"],
    ["\u001b]0;title\u0007after", "after"],
    ["\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\", "link"],
    ["\u001bPq#0\u001b\\after", "after"],
    ["\u009b31mred", "red"],
    ["\u009d0;title\u009cafter", "after"],
    ["\u0090\u0090\u0090never closed", "never closed"],
    ["\u009dcut \u001b[31mred \u009dtitle\u0007after", "cut red after"],
    ["\u001bcreset", "reset"],
    ["\u001b(Bset", "set"],
    ["back\b\b\bspace", "backspace"],
    ["a\r\nb\u0000c\u007fd\u0085e", "abcde"],
    ["\u202eevil\u2066", "evil"],
    ["open \u001b]0;never closed", "open 0;never closed"],
    ["cut \u001b[", "cut "],
  ] as const) {
    const stripped = stripControl(text);
    assert.is(stripped, expected);
  }
});

test("stripping is linear in hostile text", () => {
  const begun = performance.now();
  for (const part of [
    "\u001b]",
    "\u001b[0",
    "\u001b[",
    "\u009b;",
    "\u001b",
    "\u0090",
    "\u009d",
    "\u009d\u001b",
    "\u009dx\u009c\u0098",
  ])
    stripControl(part.repeat(50_000));
  assert.ok(performance.now() - begun < 1_000, `${performance.now() - begun} ms`);
});

test("colours follow the terminal, NO_COLOR and FORCE_COLOR", () => {
  const [terminal, file] = [{ isTTY: true }, {}];
  assert.is(wantsColour(terminal, {}), true);
  assert.is(wantsColour(file, {}), false);
  assert.is(wantsColour(terminal, { NO_COLOR: "1" }), false);
  assert.is(wantsColour(terminal, { NO_COLOR: "" }), true);
  assert.is(wantsColour(terminal, { TERM: "dumb" }), false);
  assert.is(wantsColour(file, { FORCE_COLOR: "1" }), true);
  assert.is(wantsColour(terminal, { FORCE_COLOR: "0" }), false);
  assert.is(wantsColour(file, { FORCE_COLOR: "1", NO_COLOR: "1" }), false);
  assert.is(paintFor(terminal, {})("red", "x"), "\u001b[31mx\u001b[39m");
  assert.is(paintFor(file, {})("red", "x"), "x");
});

test("a status is a table whose columns line up", () => {
  const slot = {
    condition: "wanted" as const,
    pid: 41,
    epoch: 1,
    generation: 1,
    restarts: 0,
    uptimeMs: 61_000,
    degraded: false,
    lastExit: null,
    waiting: null,
  };
  const waiting = { reason: "uncaught: threw \u001b[31mboom", startsInMs: 4_200 };
  const lastExit = { class: "uncaught", code: 1, signal: null, reason: "threw \u001b[31mboom" };
  const status: PoolStatus = {
    pool: { name: "shop", state: "running", pid: 7, uptimeMs: 1_500, generation: 1 },
    groups: [
      {
        name: "web",
        type: "reactor",
        runtime: "node",
        strategy: "shared",
        strategyReason: "asked for",
        urls: ["http://127.0.0.1:80", "/run/web.sock"],
        refusing: false,
        stopped: false,
        desired: 2,
        min: 1,
        max: 4,
        slots: [
          { ...slot, id: "web#0", state: "ready" },
          {
            ...slot,
            id: "web#1",
            state: "backoff",
            pid: null,
            epoch: 12,
            restarts: 11,
            degraded: true,
            lastExit,
            waiting,
          },
        ],
      },
    ],
  };
  const state = { ...emptyState(), pid: 41, rss: 50 * 2 ** 20, utilisation: 0.126, requests: 1_204 };
  assert.is(
    renderStatus(status, [{ slot: "web#0", state }], paintFor({}, {})),
    [
      "shop  running, pid 7, up 1.5 s, generation 1",
      "",
      "web  1 of 2 ready (1 to 4), 1 degraded, reactor, node, shared",
      "  listens on http://127.0.0.1:80, /run/web.sock (asked for)",
      "  SLOT   STATE              PID  EPOCH  RESTARTS  UPTIME      MEMORY  BUSY  WORK           LAST EXIT",
      "  web#0  ready              41   1      0         1 min 01 s  50 MiB  13 %  1204 requests  –",
      "  web#1  backoff, degraded  –    12     11        –           –       –     –              starts in 4.2 s, after uncaught: threw boom",
    ].join("\n"),
  );
});

test("a reader that is gone or slow costs lines and nothing else", async () => {
  const written: string[] = [];
  let room = 0;
  let isGone = false;
  const write = (bytes: Uint8Array): number => {
    if (isGone) throw Object.assign(new Error("EPIPE"), { code: "EPIPE" });
    const taken = Math.min(room, bytes.length);
    room -= taken;
    if (taken > 0) written.push(Buffer.from(bytes.subarray(0, taken)).toString());
    return taken;
  };
  const output = createOutput({ write, last: write });
  for (let index = 0; index < 2_000; index++) output.line("x".repeat(1_023));
  await output.flush(50);
  assert.equal(written, []);
  room = 10 * 1024 * 1024;
  await output.flush(1_000);
  output.line("after");
  await output.flush(1_000);
  const lines = written.join("").split("\n");
  assert.ok(lines.length < 1_100, `${lines.length} lines`);
  assert.equal(lines.slice(-3), [
    `(${2_000 - lines.length + 3} lines were dropped: the reader is too slow)`,
    "after",
    "",
  ]);
  isGone = true;
  output.line("nobody");
  await output.flush(1_000);
});

test.run();
