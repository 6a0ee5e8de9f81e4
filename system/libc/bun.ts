import { createRequire } from "node:module";
import { openLibrary, signatures, type Libc } from "./libc.ts";

/** What of `bun:ffi` is used here. */
interface Ffi {
  dlopen(library: string, symbols: object): { symbols: Libc & Record<string, () => number> };
  read: { i32(pointer: number, offset: number): number };
}

const words = { int: "i32", bytes: "ptr", pointer: "ptr" } as const;

/** The C library through `bun:ffi`. Throws where it cannot be had. */
export function bunLibc(): Libc {
  const { dlopen, read } = createRequire(import.meta.url)("bun:ffi") as Ffi;
  const wanted = signatures.map(({ name, takes, gives }) => [
    name,
    { args: takes.map((word) => words[word]), returns: words[gives] },
  ]);
  return openLibrary((library, errorPlace) => {
    const { symbols } = dlopen(library, Object.fromEntries(wanted));
    return { ...symbols, errno: () => read.i32(symbols[errorPlace]!(), 0) };
  });
}
