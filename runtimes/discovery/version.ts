/** Whether a version is not older than another one: `1.10.0` is newer than `1.9`. What follows the numbers is ignored. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [have, need] = [numbersOf(version), numbersOf(minimum)];
  for (const [index, number] of need.entries()) {
    const difference = (have[index] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbersOf(version: string): number[] {
  return version
    .split(/[^\d.]/, 1)[0]!
    .split(".")
    .map(Number);
}
