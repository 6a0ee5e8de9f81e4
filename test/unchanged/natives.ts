import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import * as assert from "uvu/assert";
import type { PoolConfig } from "../../index.ts";
import type { Suite } from "../_suite.ts";
import { executables, program, start, type Place, type StartOptions } from "./_program.ts";

/** A program that serves with what its runtime brings. */
export interface Native {
  /** The fixture. */
  readonly file: string;
  /** It tells where it listens, and has a handler of SIGTERM. */
  readonly isProgram: boolean;
  readonly hasRoutes?: boolean;
  readonly hasWebSockets?: boolean;
}

const ways = {
  lossless: {},
  fast: { prefer: "fast" },
} as const;

/** How a worker serves with `Bun.serve` and `Deno.serve`, the lossless way and the fast way. */
export function nativeBehaviours(test: Suite, place: Place, { file, ...native }: Native): void {
  for (const [way, extra] of Object.entries(ways)) {
    const started = (t: Parameters<typeof start>[0], options: StartOptions = {}): ReturnType<typeof start> =>
      start(t, file, {
        ...place,
        ...options,
        config: (port) => ({
          name: "native",
          executables,
          groups: {
            web: {
              entry: program(file),
              runtime: place.runtime,
              workers: Number(options.workers ?? 2),
              listen: { port, ...extra },
              env: { PORT: `${port}`, ...options.env },
            },
          },
        }),
      });

    test(
      `${file}: it sees the real address and the client's, and ends clean: ${way}`,
      { brief: native.isProgram && way === "lossless" },
      async (t) => {
        const pool = await started(t);
        const socket = connect(pool.port, "127.0.0.1");
        t.defer(() => void socket.destroy());
        await once(socket, "connect");
        const { localPort } = socket;
        const answer = text(socket);
        socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${pool.port}\r\nConnection: close\r\n\r\n`);
        socket.end();
        const body = JSON.parse(/\{.*\}/.exec(await answer)![0]);
        const url = `http://127.0.0.1:${pool.port}/`;
        assert.equal(body, { peer: localPort, port: pool.port, url, same: true });
        if (native.hasRoutes) {
          assert.is(await pool.ask("/static"), "static");
          assert.is(await pool.ask("/users/7"), "7");
        }
        const { code, said } = await pool.stop();
        assert.is(code, 0, said);
        assert.match(said, way === "fast" ? /\(reuse-port: fast is preferred, and / : /\(ring: the default/);
        assert.is(said.match(/requested \(stop asked, clean\)/g)?.length, 2, said);
        if (!native.isProgram) return;
        assert.is(said.match(new RegExp(`\\| listen(s|ing) on ${url}`, "gi"))?.length, 2, said);
        assert.is(said.match(/stopped by SIGTERM/g)?.length, 2, said);
      },
    );

    test(`${file}: a drain answers what is asked and what idle clients ask next, and closes: ${way}`, async (t) => {
      const pool = await started(t, { workers: "1" });
      const sockets = Array.from({ length: 4 }, () => connect(pool.port, "127.0.0.1"));
      t.defer(() => sockets.forEach((socket) => socket.destroy()));
      // The last one asks once, and never again.
      const [slow, kept, idle] = sockets as [Socket, Socket, Socket];
      const ask = async (socket: Socket, path: string): Promise<string> => {
        socket.write(`GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`);
        return String((await once(socket, "data"))[0]);
      };
      for (const socket of sockets) assert.not.match(await ask(socket, "/pid"), /connection: close/i);
      const waiting = ask(slow, "/wait");
      const reload = pool.cli.run(["reload"]);
      await pool.supervisor.says("draining: reload");
      // Until the worker has heard of it. Of routes, one that nobody is asked for.
      const path = native.hasRoutes ? "/static" : "/pid";
      while (!/connection: close/i.test(await ask(kept, path)));
      for (const answer of [await ask(idle, "/go"), await waiting]) {
        assert.match(answer, /^HTTP\/1\.1 200 .*\r\n(.+\r\n)*connection: close\r\n/i);
      }
      assert.is((await reload).code, 0);
      const { said } = await pool.stop();
      assert.match(said, /requested \(reload asked, clean\)/);
      assert.not.match(said, /cut at the deadline/);
    });

    if (native.hasWebSockets) {
      test(`${file}: WebSockets: ${way}`, async (t) => {
        const pool = await started(t);
        const socket = connect(pool.port, "127.0.0.1");
        t.defer(() => void socket.destroy());
        const key = "dGhlIHNhbXBsZSBub25jZQ==";
        const head = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13`;
        socket.write(`GET /live HTTP/1.1\r\nHost: test\r\n${head}\r\n\r\n`);
        assert.match(String((await once(socket, "data"))[0]), /^HTTP\/1\.1 101 /);
        // A masked text frame, "hi", with a mask of zeros.
        socket.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, ...Buffer.from("hi")]));
        const [frame] = (await once(socket, "data")) as [Buffer];
        assert.is(frame.subarray(2).toString(), "echo hi");
        socket.destroy();
        assert.is((await pool.stop()).code, 0);
      });
    }
  }

  if (!native.isProgram) return;

  test(`${file}: elsewhere it listens by itself, and is told so`, async (t) => {
    const config = (port: number): PoolConfig => ({
      name: "elsewhere",
      executables,
      groups: {
        web: {
          entry: program(file),
          runtime: place.runtime,
          listen: port,
          env: { PORT: "0" },
          ready: 1_500,
          stop: 500,
        },
      },
    });
    const pool = await start(t, file, { ...place, config, until: /not ready in time/ });
    const { stdout, stderr } = await pool.supervisor.finished;
    assert.match(
      stdout + stderr,
      /not ready in time, it listens on \d{2,}, which is not one of this group's listeners/,
    );
  });

  test(`${file}: a Unix domain socket that is declared is refused, not taken from the others`, async (t) => {
    const config = (_port: number, folder: string): PoolConfig => {
      const path = `${folder}/web.sock`;
      const group = { entry: program(file), runtime: place.runtime, listen: path, env: { SOCKET: path } };
      return { name: "unix", executables, groups: { web: group } };
    };
    const pool = await start(t, file, { ...place, config, until: /cannot share/ });
    const { stdout } = await pool.supervisor.finished;
    assert.match(
      stdout,
      /(Bun|Deno)\.serve cannot share the Unix domain socket \/.*: listen on a port, or use node:http/,
    );
  });
}
