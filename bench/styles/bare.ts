import { here, startNode, stopNode } from "../_style.ts";
import type { Style } from "../_style.ts";

/** One process and nobody who looks after it. */
export const bare: Style = {
  name: "one process",
  missing: () => undefined,
  async start({ places, folder, program = "bare.mjs", node }) {
    const env = { PORT: String(places[0]?.port) };
    const child = startNode("bare", [here(`workers/${program}`)], { folder, node }, env);
    return { supervisor: child.pid ?? 0, stop: () => stopNode(child) };
  },
};
