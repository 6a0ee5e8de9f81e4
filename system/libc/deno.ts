import { openLibrary, signatures, type Libc } from "./libc.ts";

/** What of `Deno` is used here. */
interface Ffi {
  dlopen(library: string, symbols: object): { symbols: Libc & Record<string, () => unknown> };
  UnsafePointerView: new (pointer: unknown) => { getInt32(): number };
  permissions: { querySync(what: { name: "ffi" }): { state: string } };
}

const words = { int: "i32", bytes: "buffer", pointer: "pointer" } as const;

/** The C library through Deno's FFI. Throws where it cannot be had; nobody is asked for the permission. */
export function denoLibc(): Libc {
  const { Deno } = globalThis as unknown as { Deno: Ffi };
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") {
    throw new Error("Deno needs --allow-ffi to open sockets for workers");
  }
  const wanted = signatures.map(({ name, takes, gives }) => [
    name,
    { parameters: takes.map((word) => words[word]), result: words[gives] },
  ]);
  return openLibrary((library, errorPlace) => {
    const { symbols } = Deno.dlopen(library, Object.fromEntries(wanted));
    return { ...symbols, errno: () => new Deno.UnsafePointerView(symbols[errorPlace]!()).getInt32() };
  });
}
