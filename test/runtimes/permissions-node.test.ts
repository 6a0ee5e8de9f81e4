// timeout: 240
// brief: node (marked)
import { suite } from "../_suite.ts";
import { node24 } from "../sockets/_sockets.ts";
import { permissionBehaviours } from "./permissions.ts";

const narrowest = { net: true, env: true, sys: true };

for (const [title, executable] of [
  ["this Node", undefined],
  ["Node 24", node24],
] as const) {
  const test = suite(`permissions on ${title}`);
  permissionBehaviours(test, { runtime: "node", executable, narrowest });
  test.run();
}
