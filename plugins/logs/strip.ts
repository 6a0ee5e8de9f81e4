// CSI, then OSC and its kin up to their terminator, then two-character escapes. Bounded, so a flood stays linear.
const SEQUENCES =
  // oxlint-disable-next-line no-control-regex
  /(?:\u001b\[|\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]{0,4096}(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]{0,8}[0-~]/g;

// The separators and the marks of direction move text around without being control characters.
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Text of a worker, or about it, without what a terminal would obey (CVE-2021-25743 in kubectl): escape sequences
 * go, and so does every control character but the tab.
 */
export function stripControl(text: string): string {
  return text.replace(SEQUENCES, "").replace(CONTROLS, "");
}
