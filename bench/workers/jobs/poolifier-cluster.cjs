/** CommonJS: what the primary says while an ES module is still being loaded is lost, and the pool never answers. */
const { ClusterWorker } = require("poolifier");
const { addOne, echo, spin } = require("./jobs.mjs");

module.exports = new ClusterWorker({ addOne, echo, spin });
