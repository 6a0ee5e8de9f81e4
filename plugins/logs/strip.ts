// CSI, then two-character escapes. Bounded, so a flood stays linear.
// oxlint-disable-next-line no-control-regex
const SEQUENCES = /(?:\u001b\[|\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]|\u001b[ -/]{0,8}[0-~]/g;

// What begins a string for the terminal: OSC and its kin, in two characters or in one.
// oxlint-disable-next-line no-control-regex
const STRING = /\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f]/g;
// What ends it, and what it cannot have in it.
// oxlint-disable-next-line no-control-regex
const END = /[\u0007\u009c]|\u001b(\\?)/g;
const MAX_STRING = 4096;

// The separators and the marks of direction move text around without being control characters.
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Text of a worker, or about it, without what a terminal would obey (CVE-2021-25743 in kubectl): escape sequences
 * go, and so does every control character but the tab. Takes time in proportion to the length of the text.
 */
export function stripControl(text: string): string {
  return stripStrings(text).replace(SEQUENCES, "").replace(CONTROLS, "");
}

/** Takes out strings for the terminal that have an end. Each end is looked for once, however many begin before it. */
function stripStrings(text: string): string {
  let result = "";
  let kept = 0;
  let end: RegExpExecArray | null | undefined;
  STRING.lastIndex = 0;
  for (let begin = STRING.exec(text); begin; begin = STRING.exec(text)) {
    const from = begin.index + begin[0].length;
    if (end === undefined || (end && end.index < from)) {
      END.lastIndex = from;
      end = END.exec(text);
    }
    if (!end) break;
    const isWhole = end[0] !== "\u001b" && end.index - from <= MAX_STRING;
    if (!isWhole) continue;
    result += text.slice(kept, begin.index);
    kept = STRING.lastIndex = end.index + end[0].length;
  }
  return result + text.slice(kept);
}
