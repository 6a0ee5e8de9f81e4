// Takes its time, as a database would.
import { setTimeout as sleep } from "node:timers/promises";

export async function entries() {
  await sleep(100);
  return [
    ["apple", 30],
    ["pear", 40],
  ];
}
