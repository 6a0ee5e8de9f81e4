import { spawn, type ChildProcess } from "node:child_process";
import { socketCalls } from "../sockets/sockets.ts";

/**
 * Keeps the list of process groups that it reads, one change a line, and kills them when the other end of the pipe is
 * closed. Signals that are meant for the supervisor reach it as well, and mean nothing to it.
 */
const SCRIPT = `trap '' HUP INT QUIT TERM USR1 USR2 PIPE
g=
while read -r w; do
  case $w in
    +*) g="$g \${w#+} " ;;
    -*) p=" \${w#-} "; g="\${g%%"$p"*}\${g#*"$p"}" ;;
  esac
done
for p in $g; do kill -s KILL -- "-$p"; done 2>/dev/null`;

const groups = new Set<number>();
let shell: ChildProcess | undefined;
let holders = 0;

/**
 * Starts the shell that ends what workers have started when this process is killed: the system ends the workers by
 * themselves, not their children. Without a shell (a minimal container) their children stay. One serves every runtime
 * of this process. Returns what lets go of it. Never throws.
 */
export function holdGroupGuard(): () => void {
  holders++;
  start();
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    if (--holders > 0) return;
    shell?.stdin?.end();
    shell = undefined;
  };
}

/**
 * Kills the processes that an ended worker has left behind: a grandchild may hold its port or its pipes. The process
 * group has the worker's pid as its number, and the system gives this number to no new process while the group has a
 * member. The number of an empty group is free, so this must be called right after the exit. Never throws.
 */
export function killGrandchildren(pid: number): void {
  if (process.platform === "win32") return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // None is left.
  }
}

/** Lets the group of a worker be killed when this process is. Never throws. */
export function guardGroup(pid: number): void {
  groups.add(pid);
  if (holders === 0) return;
  if (shell) tell(`+${pid}`);
  else start();
}

/** The group has been dealt with, and its number may belong to somebody else. */
export function releaseGroup(pid: number): void {
  if (groups.delete(pid) && shell) tell(`-${pid}`);
}

function start(): void {
  if (shell || process.platform === "win32") return;
  try {
    // Under Deno this tells the sockets of this process to stay here.
    const calls = socketCalls();
    if (typeof calls !== "string") calls.lend([]).done();
    const { PATH = "/usr/bin:/bin" } = process.env;
    const child = spawn("sh", ["-c", SCRIPT], {
      cwd: "/",
      env: { PATH },
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
    });
    const forget = (): void => {
      // Somebody has killed it: the next worker starts another.
      if (shell === child) shell = undefined;
    };
    child.on("error", forget).on("exit", forget);
    child.stdin.on("error", forget);
    child.unref();
    (child.stdin as { unref?(): void }).unref?.();
    shell = child;
    for (const pid of groups) tell(`+${pid}`);
  } catch {
    // The workers die with this process all the same.
  }
}

function tell(line: string): void {
  shell?.stdin?.write(`${line}\n`);
}
