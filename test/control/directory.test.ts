// supervisors: node, bun, deno (inside)
import { chmod, chown, lstat, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import {
  baseDirectory,
  createPrivate,
  poolDirectory,
  verifyPrivate,
} from "../../plugins/control/directory.ts";
import { suite } from "../_suite.ts";
import { temporaryFolder } from "./_helpers.ts";

const test = suite("control directory");
const user = process.geteuid!();

function withEnvironment(values: Record<string, string | undefined>, run: () => void): void {
  const before = Object.fromEntries(Object.keys(values).map((key) => [key, process.env[key]]));
  const assign = (from: Record<string, string | undefined>): void => {
    for (const [key, value] of Object.entries(from)) {
      if (value === undefined) delete process.env[key];
      else process.env[key] = value;
    }
  };
  assign(values);
  try {
    run();
  } finally {
    assign(before);
  }
}

test("lies where every program of the user finds it, whatever the environment says of temporary folders", () => {
  const nowhere = { XDG_RUNTIME_DIR: undefined, TMPDIR: undefined, POOLABLE_RUNTIME_DIR: undefined };
  const environments = [
    nowhere,
    { ...nowhere, XDG_RUNTIME_DIR: "/run/user/7" },
    { ...nowhere, TMPDIR: "/t" },
  ];
  for (const environment of environments) {
    withEnvironment(environment, () => assert.is(poolDirectory("shop"), `/tmp/poolable-${user}/shop`));
  }
  withEnvironment({ POOLABLE_RUNTIME_DIR: "/run/shops" }, () => {
    assert.is(poolDirectory("shop"), "/run/shops/shop");
  });
});

test("a folder that is named, and cannot be the one, is refused in one line", () => {
  for (const [given, expected] of [
    ["run", /POOLABLE_RUNTIME_DIR: "run" is not an absolute path/],
    [`/${"x".repeat(60)}`, /is too long for the sockets in it: at most 43 bytes/],
  ] as const) {
    withEnvironment({ POOLABLE_RUNTIME_DIR: given }, () => assert.throws(() => baseDirectory(), expected));
  }
});

test("names that would lead elsewhere are refused", () => {
  for (const name of ["", ".", "..", "a/b", "../a", "a\0b", "a\n", "x".repeat(41)]) {
    assert.throws(() => poolDirectory(name), /is no pool name/);
  }
});

test("both folders are made for this user alone", async (t) => {
  const folder = await temporaryFolder(t);
  await createPrivate(join(folder, "base", "shop"));
  for (const path of ["base", "base/shop"]) assert.is((await lstat(join(folder, path))).mode & 0o777, 0o700);
  await createPrivate(join(folder, "base", "shop"));
});

test("a link, a file, a foreign owner and a folder that others can write to are refused", async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, "real"), { mode: 0o700 });
  await symlink(join(folder, "real"), join(folder, "link"));
  await mkdir(join(folder, "open"));
  await chmod(join(folder, "open"), 0o777);
  const refused = async (path: string, expected: RegExp): Promise<void> => {
    const error = await createPrivate(path).catch((error: unknown) => error as Error & { code: string });
    assert.match(String(error?.message), expected);
    assert.is(error?.code, "E_CONTROL");
  };
  await refused(join(folder, "link", "shop"), /is a symbolic link/);
  await refused(join(folder, "link"), /is a symbolic link/);
  await refused(join(folder, "open", "shop"), /can be written to by others/);
  await refused(join(folder, "missing", "base", "shop"), /cannot create/);
  await refused(join(folder, "x".repeat(90)), /too long for a socket/);
  const foreign = user === 0 ? join(folder, "real") : "/";
  if (user === 0) await chown(foreign, 12345, 12345);
  const error = await verifyPrivate(foreign).catch((error: unknown) => error as Error);
  assert.match(String((error as Error).message), /belongs to user (0|12345), not to/);
});

test.run();
