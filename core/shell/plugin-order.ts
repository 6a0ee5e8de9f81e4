import { PoolError } from "../contract/errors.ts";
import type { Plugin } from "../contract/plugin.ts";

/**
 * The order in which plugins are set up: as they are listed, except that one waits for those that its `after` names.
 *
 * @throws PoolError `E_PLUGIN` when `after` names a plugin that is not there, or plugins wait for each other.
 */
export function inOrder(plugins: ReadonlyMap<string, Plugin>): Plugin[] {
  for (const { name, after = [] } of plugins.values()) {
    for (const other of after) {
      if (plugins.has(other)) continue;
      const known = [...plugins.keys()].join(", ");
      throw refuse(
        `plugin ${name} is set up after ${other}, and no plugin has this name; there are ${known}`,
      );
    }
  }
  const ordered = new Set<Plugin>();
  while (ordered.size < plugins.size) {
    const next = [...plugins.values()].find(
      (plugin) => !ordered.has(plugin) && waitsFor(plugin, plugins, ordered) === undefined,
    );
    if (!next) throw refuse(`"after" of plugins makes a circle: ${circleOf(plugins, ordered).join(" → ")}`);
    ordered.add(next);
  }
  return [...ordered];
}

/** The first plugin that has to be set up before this one, and is not. */
function waitsFor(
  { after = [] }: Plugin,
  plugins: ReadonlyMap<string, Plugin>,
  ordered: ReadonlySet<Plugin>,
): Plugin | undefined {
  return after.map((name) => plugins.get(name)!).find((plugin) => !ordered.has(plugin));
}

/** The names on a circle, where every plugin that is left waits for another one. */
function circleOf(plugins: ReadonlyMap<string, Plugin>, ordered: ReadonlySet<Plugin>): string[] {
  const path: Plugin[] = [[...plugins.values()].find((plugin) => !ordered.has(plugin))!];
  for (;;) {
    const next = waitsFor(path.at(-1)!, plugins, ordered)!;
    const at = path.indexOf(next);
    path.push(next);
    if (at >= 0) return path.slice(at).map(({ name }) => name);
  }
}

function refuse(message: string): PoolError {
  return new PoolError("E_PLUGIN", message);
}
