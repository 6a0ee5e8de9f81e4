/**
 * A process that submits `rate` jobs a second to the pool, with retries, and writes down how each settles. Takes a JSON
 * of `{ rate, folder }`; it ends with its stdin, and prints a JSON of the counts.
 */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { connectPool } from "poolable";

const { rate, folder } = JSON.parse(process.argv[2]);
const counts = { submitted: 0, settled: 0, failed: 0, twice: 0 };
const pool = await connectPool("soak");
const settled = new Set();
let next = 0;

function submit(name = "note", options = { retries: 1_000, queueTimeout: "60s" }) {
  const id = `${name}-${next++}`;
  const group = next % 25 === 0 ? "lazy" : "work";
  counts.submitted += 1;
  const settle = (line) => {
    counts.settled += 1;
    if (settled.has(id)) counts.twice += 1;
    settled.add(id);
    if (line)
      appendFileSync(
        join(folder, "job-failures"),
        `${JSON.stringify({ at: Date.now(), id, group, ...line })}\n`,
      );
  };
  pool
    .jobs(group)
    .run(name, { id, ms: 20 }, options)
    .then(
      (value) => settle(value === id ? undefined : { value }),
      (error) => {
        if (name === "note") counts.failed += 1;
        settle({ code: error.code, message: error.message });
      },
    );
}

let due = performance.now();
const timer = setInterval(() => {
  if (performance.now() - due > 1_000) due = performance.now();
  for (; due < performance.now(); due += 1_000 / rate) submit();
}, 5);

process.stdin.setEncoding("utf8");
process.stdin.on("data", (text) => {
  for (const name of text.split("\n").filter(Boolean)) submit(name, {});
});
process.stdin.on("end", () => {
  clearInterval(timer);
  const until = Date.now() + 90_000;
  const wait = setInterval(() => {
    if (counts.settled < counts.submitted && Date.now() < until) return;
    clearInterval(wait);
    pool.close();
    console.log(JSON.stringify({ ...counts, unsettled: counts.submitted - counts.settled }));
  }, 50);
});
