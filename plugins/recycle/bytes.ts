const UNITS: Readonly<Record<string, number>> = {
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** The bytes of a number or of text such as `'512MiB'` or `'1.5GB'`; `undefined` when it is neither. Never throws. */
export function parseBytes(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== "string" || value.length > 20) return undefined;
  const match = /^(\d+(?:\.\d+)?) ?([kMG]B|[KMG]iB)$/.exec(value.trim());
  return match ? Math.round(Number(match[1]) * UNITS[match[2]!]!) : undefined;
}

/** Bytes as a person writes them: `740 MiB`, `1.25 GiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 2 ** 30 - 2 ** 19)
    return `${Number((bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0))} MiB`;
  return `${Number((bytes / 2 ** 30).toFixed(2))} GiB`;
}
