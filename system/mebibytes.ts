/** Returns a number of bytes in whole mebibytes, for people: `740 MiB`. */
export function toMebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
