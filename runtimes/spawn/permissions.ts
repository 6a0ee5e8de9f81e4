import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { InheritedListener, PermissionKind, Permissions } from "../../core/contract/runtime.ts";
import type { PluginSection } from "../../core/protocol/messages.ts";
import { isAtLeast } from "../discovery/version.ts";

type Listed = Exclude<Permissions, "all">;

/** What a worker needs beside what its group lists. */
export interface OwnNeeds {
  /** The socket of the channel. */
  readonly channel: string;
  /** The file that a worker's process is started with. */
  readonly workerMain: string;
  /** The modules that plugins have in it. */
  readonly modules?: readonly string[];
  readonly entry: string;
  /** The worker's folder, which relative paths start from. */
  readonly cwd: string;
  readonly listeners?: readonly InheritedListener[];
}

/** Kinds whose texts are paths. */
const PATHS: readonly PermissionKind[] = ["read", "write", "ffi"];

/**
 * The flags of Deno for what a group lists. Beside it, and measured to be all that it takes: the channel's socket is
 * read, written and connected to, and its variables are read. Sockets that are inherited need no permission, nor does
 * the entry with what it imports; a socket that the worker binds by itself does.
 */
export function denoPermissions(permissions: Permissions, needs: OwnNeeds): string[] {
  if (permissions === "all") return ["--allow-all"];
  const { channel, listeners = [], modules = [] } = needs;
  const bound = listeners.filter(({ reusePort }) => reusePort);
  const hosts = bound.map(
    ({ host = "127.0.0.1", port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`,
  );
  const own: Listed = {
    read: [channel, ...modules],
    write: [channel],
    net: [`unix:${channel}`, ...hosts],
    env: ["POOLABLE_*"],
  };
  const kinds = new Set([...Object.keys(own), ...Object.keys(permissions)] as PermissionKind[]);
  const flags = [...kinds].flatMap((kind) => {
    const given = permissions[kind] ?? false;
    if (given === true) return `--allow-${kind}`;
    const texts = [...((own[kind] as string[] | undefined) ?? []), ...(given === false ? [] : given)];
    if (texts.length === 0) return [];
    const paths = PATHS.includes(kind) ? texts.map((path) => resolve(needs.cwd, path)) : texts;
    return `--allow-${kind}=${paths.join(",")}`;
  });
  return ["--no-prompt", ...flags];
}

/** Why Deno cannot keep a worker to what its group lists. */
export function refuseDenoPermissions(permissions: Permissions): string | undefined {
  if (permissions === "all") return undefined;
  // Its flags split at every comma: what is written as two, as its help says, is refused by 2.9 (an empty path).
  for (const [kind, given] of Object.entries(permissions)) {
    const text = Array.isArray(given) ? given.find((each: string) => each.includes(",")) : undefined;
    if (text === undefined) continue;
    return `Deno takes no ${kind} permission with a comma in it, which ${JSON.stringify(text)} has: list each alone, or the folder above`;
  }
  return undefined;
}

/** What Node lets every process do. The network among it, through which a worker has its channel. */
const NODE_FREE: readonly PermissionKind[] = ["net", "env", "sys"];

/** What Node allows as a whole or not at all. */
const NODE_WHOLE: Readonly<Partial<Record<PermissionKind, string>>> = {
  run: "--allow-child-process",
  ffi: "--allow-addons",
};

/** Why Node cannot keep a worker to what its group lists. */
export function refuseNodePermissions(permissions: Permissions): string | undefined {
  if (permissions === "all") return undefined;
  const open = NODE_FREE.filter((kind) => permissions[kind] !== true);
  if (open.length > 0) {
    const add = open.map((kind) => `${kind}: true`).join(", ");
    return `Node cannot deny ${open.join(" or ")} to a worker: write ${add}, or run the group on Deno`;
  }
  const lists = Object.keys(NODE_WHOLE).filter((kind) => Array.isArray(permissions[kind as PermissionKind]));
  if (lists.length === 0) return undefined;
  return `Node allows ${lists.join(" and ")} as a whole or not at all: write true or false, or run the group on Deno`;
}

/** The flags of Node for what a group lists, and for the files that a worker begins with. */
export function nodePermissions(permissions: Permissions, needs: OwnNeeds, version: string): string[] {
  if (permissions === "all") return [];
  const files = (kind: "read" | "write", own: readonly string[]): string[] => {
    const given = permissions[kind] ?? false;
    if (given === true) return [`--allow-fs-${kind}=*`];
    const texts = given === false ? [] : given.map((path) => resolve(needs.cwd, path));
    // Node 20 aborts at a path that it is given twice.
    return [...new Set([...own, ...texts])].map((path) => `--allow-fs-${kind}=${path}`);
  };
  const whole = Object.entries(NODE_WHOLE).filter(([kind]) => permissions[kind as PermissionKind] === true);
  return [
    isAtLeast(version, "22.13") ? "--permission" : "--experimental-permission",
    ...(isAtLeast(version, "25") ? ["--allow-net"] : []),
    ...files("read", [`${dirname(needs.workerMain)}/*`, needs.entry, ...(needs.modules ?? [])]),
    ...files("write", []),
    ...whole.map(([, flag]) => flag),
  ];
}

/** The files of the modules that plugins have in a worker. */
export function modulesOf(plugins: Readonly<Record<string, PluginSection>>): string[] {
  return Object.values(plugins).flatMap(({ module }) => (module === undefined ? [] : fileURLToPath(module)));
}
