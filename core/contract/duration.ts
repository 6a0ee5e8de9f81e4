const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** The longest {@link Duration}, in milliseconds: 365 days. */
const MAX_MS = 365 * 24 * 3_600_000;

/** The words for {@link MAX_MS} in what is accepted. */
export const LONGEST = "at most '8760h'";

/** A length of time: milliseconds as a number, or text such as `'250ms'`, `'30s'`, `'5m'`, `'1h'`; at most 365 days. */
export type Duration = number | string;

/** Returns the milliseconds of a {@link Duration}, or `undefined` when it is not one. Never throws. */
export function parseDuration(value: unknown): number | undefined {
  const ms = typeof value === "string" ? fromText(value) : value;
  return typeof ms === "number" && ms >= 0 && ms <= MAX_MS ? ms : undefined;
}

function fromText(text: string): number | undefined {
  const match = text.length > 20 ? null : /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim());
  return match ? Number(match[1]) * UNITS[match[2]!]! : undefined;
}

/** Milliseconds as a person writes them: `0 ms`, `740 ms`, `12.3 s`, `4 min 05 s`, `3 h 12 min`. */
export function formatDuration(ms: number): string {
  // What would be rounded up to the next unit is said in it.
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${Number((ms / 1000).toFixed(1))} s`;
  if (ms < 60_000) return "1 min 00 s";
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${String(Math.floor((ms % 60_000) / 1000)).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}
