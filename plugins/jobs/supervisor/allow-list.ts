import type { PermissionKind, Permissions } from "../../../core/contract/runtime.ts";

type Listed = Exclude<Permissions, "all">;

/** What a group lists, with what its workers need to serve and call jobs: their folder, and each socket by its name. */
export function allowJobs(permissions: Listed, folder: string, sockets: readonly string[]): Permissions {
  const add = (kind: PermissionKind, texts: readonly string[]): boolean | readonly string[] => {
    const given = permissions[kind] ?? false;
    return given === true ? true : [...(given === false ? [] : given), ...texts];
  };
  return {
    ...permissions,
    read: add("read", [folder]),
    write: add("write", [folder]),
    net: add(
      "net",
      sockets.map((path) => `unix:${path}`),
    ),
  };
}
