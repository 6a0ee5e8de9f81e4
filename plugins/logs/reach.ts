/** Who can reach an address, as the end of a sentence; nothing for one that says so itself. */
export function reachOf(at: string): string {
  const url = URL.canParse(at) ? new URL(at) : undefined;
  if (!url) return "";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (host === "localhost" || host === "::1" || host.startsWith("127.")) return ", from this machine only";
  const families = { "::": "all addresses", "0.0.0.0": "all IPv4 addresses" }[host];
  return families === undefined
    ? ""
    : `, on ${families} of this machine: http://localhost${url.port && `:${url.port}`}`;
}
