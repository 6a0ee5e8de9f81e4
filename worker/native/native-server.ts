/** A server of the runtime's own, `Bun.serve` or `Deno.serve`, as its worker sees it. */
export interface NativeServer {
  /** Where it listens itself. */
  readonly at: { readonly port: number } | { readonly path: string };
  /** Whether it speaks TLS. */
  readonly isSecure: boolean;
  /** How many requests it has not answered. */
  busy(): number;
  /** Every answer says `Connection: close` from now on. */
  sayClose(): void;
  /** Stops accepting; resolves when the last request is answered. */
  finish(): Promise<void>;
  /** Ends at once. */
  cut(): void;
}

/** Where a native server is made to listen, and where its program is to believe that it does. */
export interface NativePlace {
  readonly where: { readonly port: number; readonly hostname: string; readonly reusePort?: boolean };
  readonly shown: { readonly port: number; readonly hostname: string };
  /** Who is at the other end of a connection to {@link where}, by its port; `undefined` when it is who it seems. */
  peerOf(port: number): Peer | undefined;
  /** The program itself has stopped the server, or lets the process end in spite of it. */
  onStop(): void;
  onRef(isRef: boolean): void;
}

/** Who is at the other end of a connection. */
export interface Peer {
  readonly address: string;
  readonly port: number;
  readonly family: string;
}

/** A native server, and what its program gets of it. */
export interface Made<Facade = unknown> {
  readonly native: NativeServer;
  readonly facade: Facade;
}

/** The answer with `Connection: close`: the same one, where its headers can be changed. */
export function closing(response: Response): Response {
  try {
    response.headers.set("Connection", "close");
    return response;
  } catch {
    const headers = new Headers(response.headers);
    headers.set("Connection", "close");
    const { status, statusText } = response;
    return new Response(response.body, { status, statusText, headers });
  }
}
