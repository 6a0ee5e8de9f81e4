import type { ResolvedGroup } from "../../core/contract/config.ts";
import { PoolError } from "../../core/contract/errors.ts";
import type { PassedListener } from "../../core/contract/runtime.ts";
import { overlaps, urlOf } from "./addresses.ts";

type Listener = ResolvedGroup["listen"][number];

/** The sockets that were passed to this process, and who takes which. */
export class PassedSockets {
  #left: PassedListener[];

  constructor(passed: readonly PassedListener[]) {
    this.#left = [...passed];
  }

  /** Takes the socket that has the listener's name (or `group.name`, or the group's), else its address. */
  take(group: string, listener: Listener): PassedListener | undefined {
    const { name } = listener;
    const names = [`${group}.${name}`, ...(name === "default" ? [group] : []), name];
    const named = names.map((each) => this.#left.find((socket) => socket.name === each));
    const found = named.find(Boolean) ?? this.#left.find((socket) => overlaps(socket, listener));
    if (!found) return undefined;
    const { strategy = "shared" } = listener;
    if (strategy !== "shared") {
      const says = `groups.${group}.listen: strategy '${strategy}'`;
      throw new PoolError(
        "E_CONFIG",
        `${says}: the socket was passed to the supervisor, and is one: use 'shared', or none`,
      );
    }
    this.#left = this.#left.filter((socket) => socket !== found);
    return found;
  }

  /** Closes what nobody took, and says what that was. */
  refuseRest(): string[] {
    const rest = this.#left;
    this.#left = [];
    for (const socket of rest) socket.close();
    return rest.map((socket) => {
      const name = socket.name === undefined ? "" : ` called "${socket.name}"`;
      const at = socket.port === undefined && socket.path === undefined ? "" : ` on ${urlOf(socket)}`;
      return `a socket${name}${at} was passed to the supervisor, and no listener has its name or address`;
    });
  }
}
