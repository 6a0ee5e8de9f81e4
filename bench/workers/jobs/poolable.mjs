/** The job group. */
import { defineWorker } from "../../../dist/worker.mjs";
import { addOne, echo, spin } from "./jobs.mjs";

export default defineWorker({ jobs: { addOne, echo, spin } });
