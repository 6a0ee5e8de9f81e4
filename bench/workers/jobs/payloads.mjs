/** What is sent, to which job, and how its answer is known. */
const rows = Array.from({ length: 92 }, (_, id) => ({
  id,
  name: `article number ${id}`,
  price: id * 1.25,
  tags: ["red", "large", `shelf ${id % 7}`],
  sold: id % 3 === 0,
}));

export const payloads = {
  "n + 1": { job: "addOne", input: 41, isRight: (result) => result === 42 },
  "10 kB JSON": { job: "echo", input: { rows }, isRight: (result) => result.rows.length === rows.length },
  "1 MB buffer": {
    job: "echo",
    input: Buffer.alloc(1024 * 1024, 7),
    // The rivals send a Buffer by structured clone, where they can be told to; as JSON it would be 4 MB of text.
    isBinary: true,
    isRight: (result) => result.byteLength === 1024 * 1024 && result[1024 * 1024 - 1] === 7,
  },
  "1 ms of CPU": { job: "spin", input: 1, isRight: (result) => result === 1 },
};
