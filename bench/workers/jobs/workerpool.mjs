import workerpool from "workerpool";
import { addOne, echo, spin } from "./jobs.mjs";

workerpool.worker({ addOne, echo, spin });
