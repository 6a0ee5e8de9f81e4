import type { ServerResponse } from "node:http";

/**
 * Makes a response say `Connection: close`, whatever the program says about the connection (a proxy copies the
 * `keep-alive` of its upstream), if `isLast` holds when its head is written: of pipelined requests only the
 * last may close.
 */
export function sayClose(response: ServerResponse, isLast: () => boolean): void {
  if (response.headersSent) return;
  const { writeHead } = response;
  const close = (...args: unknown[]): ServerResponse => {
    if (response.headersSent || !isLast()) return Reflect.apply(writeHead, response, args) as ServerResponse;
    response.shouldKeepAlive = false;
    response.setHeader("Connection", "close");
    return Reflect.apply(writeHead, response, args.map(withoutConnection)) as ServerResponse;
  };
  response.writeHead = close as typeof writeHead;
}

/** The headers that `writeHead` was given, as an object or as a flat list, without one about the connection. */
function withoutConnection(argument: unknown): unknown {
  if (typeof argument !== "object" || argument === null) return argument;
  const isConnection = (name: unknown): boolean => String(name).toLowerCase() === "connection";
  if (!Array.isArray(argument)) {
    return Object.fromEntries(Object.entries(argument).filter(([name]) => !isConnection(name)));
  }
  if (Array.isArray(argument[0])) return argument.filter(([name]) => !isConnection(name));
  return argument.filter((_, index) => !isConnection(argument[index - (index % 2)]));
}
