type Fetch<Native> = (request: Request, native: Native) => unknown;

/** What an answer must have, whatever realm or framework its class comes from. */
const PARTS = ["status", "headers"] as const;

/**
 * Makes a `fetch` that never throws and never rejects: a failure is logged with its stack and answered with 500, so
 * that it harms nobody but its own request. A failure after the client has left is the request's own abort.
 */
export function answerFailures<Native>(
  fetch: Fetch<Native>,
  { isUpgraded }: { isUpgraded(request: Request): boolean },
): (request: Request, native: Native) => Response | Promise<Response> {
  return (request, native) => {
    try {
      const answer = fetch(request, native);
      if (answer instanceof Promise || isThenable(answer))
        return (answer as Promise<unknown>).then(checked, (error: unknown) => failed(request, error));
      return checked(answer);
    } catch (error) {
      return failed(request, error);
    }

    function checked(answer: unknown): Response {
      if (isResponse(answer) || isUpgraded(request)) return answer as Response;
      return failed(request, new TypeError(`fetch returned ${nameOf(answer)}, not a Response`));
    }
  };
}

function failed(request: Request, error: unknown): Response {
  if (request.signal.aborted) return new Response(null, { status: 499 });
  console.error(error);
  return new Response("Internal Server Error", { status: 500 });
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

function isResponse(value: unknown): value is Response {
  return typeof value === "object" && value !== null && PARTS.every((part) => part in value);
}

function nameOf(value: unknown): string {
  return value === null || typeof value !== "object" ? String(value) : "an object";
}
