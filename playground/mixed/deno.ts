declare const Deno: { readonly pid: number; readonly version: { readonly deno: string } };

interface Fetch {
  fetch(request: Request): Response;
}

const server: Fetch = {
  fetch: () => new Response(`hello from Deno ${Deno.version.deno}, process ${Deno.pid}\n`),
};

export default server;
