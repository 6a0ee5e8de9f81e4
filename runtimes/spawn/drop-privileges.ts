import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { messageOf, PoolError } from "../../core/contract/errors.ts";
import { otherUser, type OtherUser } from "../../system/other-user.ts";

/** Why no worker can run as the user that a config names; `undefined` when one can. */
export function refuseUser(text: string): string | undefined {
  if (process.platform !== "linux") return "workers run as another user on Linux only";
  try {
    if (!otherUser(text) || process.geteuid!() === 0) return undefined;
    return `only root can start workers as ${text}: start the supervisor as root, or leave it out`;
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * The words before a command that make it run as the user, with its groups and no others: util-linux' setpriv, so that
 * not one instruction of the runtime runs as root. `deathSignal` comes with it, because a change of the user clears it.
 */
export function setprivWords({ uid, gid, account }: OtherUser): string[] {
  const groups = account ? "--init-groups" : "--clear-groups";
  return ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, groups, "--pdeathsig=KILL", "--"];
}

/** What login(1) would set, as far as it is known; nothing for the supervisor's own user, and for one that is refused. */
export function userVariables(text: string | undefined): Record<string, string> {
  if (text === undefined || refuseUser(text) !== undefined) return {};
  const user = otherUser(text);
  if (!user?.account) return user ? { HOME: "/" } : {};
  const { name, home, shell } = user.account;
  return { HOME: home, USER: name, LOGNAME: name, SHELL: shell };
}

/**
 * Runs the runtime once as the user. Rejects with `E_RUNTIME` when there is no setpriv, or when the user may not execute
 * the runtime (in the home of another user, say).
 */
export async function checkCanRun(user: OtherUser, executable: string): Promise<void> {
  const [setpriv, ...words] = setprivWords(user) as [string, ...string[]];
  try {
    await promisify(execFile)(setpriv, [...words, executable, "--version"], { cwd: "/", env: process.env });
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    const why =
      code === "ENOENT"
        ? "setpriv of util-linux is not installed"
        : `it cannot run ${executable} (${stderr?.trim().split("\n")[0] || messageOf(error)})`;
    throw new PoolError("E_RUNTIME", `user ${JSON.stringify(user.text)}: ${why}`, { cause: error });
  }
}

/** Why a process is not the user's; `undefined` when it is, in all of its identities. */
export function identityMismatch({ uid, gid }: OtherUser, pid: number): string | undefined {
  const wanted = { Uid: uid, Gid: gid };
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    for (const [key, id] of Object.entries(wanted)) {
      const [, ids = ""] = new RegExp(`^${key}:\\s*(.*)$`, "m").exec(status) ?? [];
      if (ids.split(/\s+/).some((each) => Number(each) !== id))
        return `${key} ${ids.trim()} instead of ${id}`;
    }
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
