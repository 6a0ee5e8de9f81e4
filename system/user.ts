import { readFileSync } from "node:fs";

/** What an owner names. */
export interface Owner {
  readonly uid: number;
  /** Of the group that is named; `undefined` when none is. */
  readonly gid: number | undefined;
  /** The user's row in `/etc/passwd`; a number need not have one. */
  readonly account: Account | undefined;
}

/** A row in `/etc/passwd`. */
export interface Account {
  readonly name: string;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

/**
 * Finds whom chown(1) means by `user`, `user:group` or `:group`, each a name or a number; the user is this process's own
 * when it is left out. Throws an `Error`, in one line, for a name that nobody has.
 */
export function findOwner(owner: string): Owner {
  const [user = "", group = ""] = owner.split(":");
  const row = user === "" ? undefined : find("passwd", user);
  if (user !== "" && !row && !isNumber(user)) throw unknown("passwd", "user", user);
  return {
    uid: user === "" ? process.geteuid!() : Number(row?.[2] ?? user),
    gid: group === "" ? undefined : groupOf(group),
    account: row && { name: row[0]!, gid: Number(row[3]), home: row[5] ?? "/", shell: row[6] ?? "" },
  };
}

function groupOf(group: string): number {
  const row = find("group", group);
  if (!row && !isNumber(group)) throw unknown("group", "group", group);
  return Number(row?.[2] ?? group);
}

/** A row by its name, or by its number. */
function find(file: "passwd" | "group", key: string): string[] | undefined {
  const rows = readFileSync(`/etc/${file}`, "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  return rows.find(([name]) => name === key) ?? rows.find(([, , id]) => isNumber(key) && id === key);
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}

function unknown(file: string, kind: string, name: string): Error {
  return new Error(`/etc/${file} has no ${kind} ${JSON.stringify(name)}; a number is accepted too`);
}
