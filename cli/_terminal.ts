import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** What of a stream matters to how text is written to it. */
interface Target {
  readonly isTTY?: boolean;
}

/** Colours text, or returns it as it is. */
export type Paint = (format: Format, text: string) => string;

/** Colours for a terminal only, unless `NO_COLOR` or `FORCE_COLOR` say otherwise. */
export function paintFor(target: Target, env: NodeJS.ProcessEnv = process.env): Paint {
  return wantsColour(target, env) ? (format, text) => styleText(format, text, UNCHECKED) : (_format, text) => text;
}

/** Whether `target` gets colours; see https://no-color.org and https://force-color.org. */
export function wantsColour(target: Target, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0";
  return target.isTTY === true && env.TERM !== "dumb";
}

/**
 * Text of a worker, or about it, without what a terminal would obey (CVE-2021-25743 in kubectl): escape sequences
 * go, and so does every control character but the tab.
 */
export function stripControl(text: string): string {
  return text.replace(SEQUENCES, "").replace(CONTROLS, "");
}

// Later versions of Node look at the stream themselves; this decision is made above.
const UNCHECKED = { validateStream: false } as const;

// CSI, then OSC and its kin up to their terminator, then two-character escapes. Bounded, so a flood stays linear.
const SEQUENCES =
  // oxlint-disable-next-line no-control-regex
  /(?:\u001b\[|\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]{0,4096}(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]{0,8}[0-~]/g;

// The separators and the marks of direction move text around without being control characters.
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;
