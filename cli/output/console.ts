import { Console } from "node:console";
import { Writable } from "node:stream";
import type { Output } from "./output.ts";

/**
 * Sends what the config and its plugins print through `out` and `err`: the console and the streams of the runtimes write to
 * a terminal synchronously, and one that nobody reads would hold up the supervisor.
 */
export function takeConsole(out: Output, err: Output): void {
  const [stdout, stderr] = [writableTo(out), writableTo(err)];
  const own = new Console({ stdout, stderr }) as unknown as Record<string, unknown>;
  const methods = console as unknown as Record<string, unknown>;
  for (const [name, method] of Object.entries(own))
    if (typeof method === "function" && typeof methods[name] === "function") methods[name] = method;
  process.stdout.write = stdout.write.bind(stdout) as typeof process.stdout.write;
  process.stderr.write = stderr.write.bind(stderr) as typeof process.stderr.write;
}

function writableTo(output: Output): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _encoding, done) {
      output.write(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
      done();
    },
  });
}
