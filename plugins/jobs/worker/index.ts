/** What a job worker is made of; it is loaded by workers that have jobs, and by nobody else. */
export { createHogs } from "./event-loop-blocking.ts";
export { serveJobs } from "./server.ts";
