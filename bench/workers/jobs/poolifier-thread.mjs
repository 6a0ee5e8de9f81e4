import { ThreadWorker } from "poolifier";
import { addOne, echo, spin } from "./jobs.mjs";

export default new ThreadWorker({ addOne, echo, spin });
