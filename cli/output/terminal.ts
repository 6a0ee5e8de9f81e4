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
  return wantsColour(target, env)
    ? (format, text) => styleText(format, text, UNCHECKED)
    : (_format, text) => text;
}

/** Whether `target` gets colours; see https://no-color.org and https://force-color.org. */
export function wantsColour(target: Target, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0";
  return target.isTTY === true && env.TERM !== "dumb";
}

// Later versions of Node look at the stream themselves; this decision is made above.
const UNCHECKED = { validateStream: false } as const;
