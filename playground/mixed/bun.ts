declare const Bun: {
  readonly version: string;
  serve(options: { port: number; fetch(request: Request): Response }): unknown;
};

const [port]: readonly string[] = process.argv.slice(2);

Bun.serve({
  port: Number(port),
  fetch: () => new Response(`hello from Bun ${Bun.version}, process ${process.pid}\n`),
});
