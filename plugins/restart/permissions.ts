import { stripVTControlCharacters } from "node:util";
import type { ExitReport } from "../../core/contract/exit.ts";

/** What Deno says: `Requires read access to "/etc/passwd", run again with the --allow-read flag`. */
const DENO = /NotCapable: Requires (\w+) access(?: to ("[^"\n]*"))?, run again with/;

/** What Node begins with; which permission it is stands in the properties that it prints below the stack. */
const NODE = "Access to this API has been restricted";
const NODE_PROPERTIES = /permission: '(\w+)',\s+resource: ('[^'\n]*')/g;

/** Node's permissions by the name that a group gives them. The last it allows as a whole only. */
const NODE_KINDS: Readonly<Record<string, { readonly kind: string; readonly whole?: true }>> = {
  FileSystemRead: { kind: "read" },
  FileSystemWrite: { kind: "write" },
  ChildProcess: { kind: "run", whole: true },
};

/**
 * What the permissions of its group have to have for what a worker ended by; `undefined` when that is not what it
 * ended by.
 *
 * @param said the error that it ended by, in one line
 */
export function lackingPermission(
  { group, error, stderrTail }: Pick<ExitReport, "group" | "error" | "stderrTail">,
  said: string | undefined,
): string | undefined {
  const texts = [said, error && `${error.name}: ${error.message}`];
  const text = texts.find((each) => each?.includes(NODE) || DENO.test(each ?? ""));
  if (text === undefined) return undefined;
  const [, kind, resource] = DENO.exec(text) ?? [];
  if (kind !== undefined) return advice(group, kind, resource);
  const [, name = "", path = ""] =
    [...stripVTControlCharacters(stderrTail).matchAll(NODE_PROPERTIES)].at(-1) ?? [];
  const node = Object.hasOwn(NODE_KINDS, name) ? NODE_KINDS[name]! : undefined;
  return node && advice(group, node.kind, node.whole || path === "''" ? undefined : `"${path.slice(1, -1)}"`);
}

function advice(group: string, kind: string, resource: string | undefined): string {
  // Deno takes no path with a comma, and neither do we.
  if (resource?.includes(","))
    return `groups.${group}.permissions.${kind} does not allow it: add the folder above it`;
  // Deno asks for it, and takes it only as a part of all.
  if (kind === "sys" && resource === '"umask"') resource = undefined;
  const add = resource === undefined ? "set it to true" : `add ${resource.slice(0, 200)}`;
  return `groups.${group}.permissions.${kind} does not allow it: ${add}`;
}
