import type { PluginSection, WorkerMessage } from "../../core/protocol/messages.ts";
import type {
  WorkerPlugin,
  WorkerPluginChannel,
  WorkerPluginParts,
  WorkerStage,
} from "../contract/plugin.ts";
import type { Worker, WorkerDefinition } from "../contract/worker.ts";
import { Mistake, reasonOf } from "../errors.ts";

/** The halves that belong to poolable, by the name of their plugin. Loaded only where they are needed. */
export type OwnPlugins = Readonly<Record<string, () => WorkerPlugin | Promise<WorkerPlugin>>>;

/** The plugins that have a half in this worker. */
export interface WorkerPlugins {
  /** Whether this plugin has a half in this worker. */
  has(plugin: string): boolean;
  /** Whether a drain would have anything to finish. */
  readonly serves: boolean;
  /** Hands a message of the supervisor to the half that it is for, when all are set up. */
  receive(plugin: string, message: unknown): void;
  /** Why the entry cannot be this worker; `undefined` when it can. */
  check(definition: WorkerDefinition | undefined): string | undefined;
  beforeReady(definition: WorkerDefinition): Promise<void>;
  onStage(stage: WorkerStage): void;
  onHeartbeat(): void;
  drain(): Promise<void>;
  stop(): void;
}

/** What {@link createWorkerPlugins} needs of the worker around it. */
export interface WorkerPluginsOptions {
  readonly own: OwnPlugins;
  readonly heartbeatMs: number;
  send(message: WorkerMessage): boolean;
}

/** The halves of a worker, none of which is set up yet. */
export function createWorkerPlugins({ own, heartbeatMs, send }: WorkerPluginsOptions): WorkerPlugins & {
  /** Sets them up, in their order. Rejects with the name of the plugin: with a {@link Mistake} when its module is none. */
  setup(sections: Readonly<Record<string, PluginSection>>, worker: Worker): Promise<void>;
} {
  const parts = new Map<string, WorkerPluginParts>();
  const receivers = new Map<string, ((message: unknown) => void)[]>();
  /** What came before every half was set up; `undefined` once they are. */
  let early: [plugin: string, message: unknown][] | undefined = [];
  const all = (): WorkerPluginParts[] => [...parts.values()];

  function receive(plugin: string, message: unknown): void {
    if (early) return void early.push([plugin, message]);
    for (const handler of receivers.get(plugin) ?? []) guard(plugin, () => handler(message));
  }

  /** Calls every half; what one throws is logged under its name, and touches no other. */
  function each(work: (part: WorkerPluginParts) => void): void {
    for (const [name, part] of parts) guard(name, () => work(part));
  }

  function guard(name: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      tell(name, error);
    }
  }

  function tell(name: string, error: unknown): void {
    send({ type: "log", level: "error", message: `plugin ${name}: ${reasonOf(error)}` });
  }

  async function load(name: string, module: string | undefined): Promise<WorkerPlugin> {
    if (module === undefined) {
      const known = own[name];
      if (!known) throw new Mistake("it has no half for workers: its `worker` names no module");
      return known();
    }
    const { default: plugin } = (await import(module)) as { default?: Partial<WorkerPlugin> };
    if (typeof plugin?.setup !== "function")
      throw new Mistake(`${module} exports no worker plugin: export default defineWorkerPlugin({ setup })`);
    return plugin as WorkerPlugin;
  }

  function channelOf(
    name: string,
    worker: Worker,
    heard: ((message: unknown) => void)[],
  ): WorkerPluginChannel {
    return {
      heartbeatMs,
      send: (message) => send({ type: "plugin", plugin: name, message }),
      onMessage: (handler) => void heard.push(handler),
      decorate: (member, value) =>
        void Object.defineProperty(worker, member, { value, enumerable: true, configurable: true }),
      service: <Service>(plugin: string) => parts.get(plugin)?.service as Service | undefined,
    };
  }

  return {
    async setup(sections, worker) {
      for (const [name, { module, data }] of Object.entries(sections)) {
        const about = (error: unknown): string => `plugin ${name}: ${reasonOf(error)}`;
        const plugin = await load(name, module).catch((error: unknown) => {
          throw new Mistake(about(error), { cause: error });
        });
        const heard: ((message: unknown) => void)[] = [];
        receivers.set(name, heard);
        try {
          const given = await plugin.setup(worker, data, channelOf(name, worker, heard));
          parts.set(name, given ?? {});
        } catch (error) {
          throw new Error(about(error), { cause: error });
        }
      }
      const held = early ?? [];
      early = undefined;
      for (const each of held) receive(...each);
    },
    has: (plugin) => parts.has(plugin),
    get serves() {
      return all().some(({ serves }) => serves);
    },
    receive,
    check(definition) {
      for (const part of all()) {
        const reason = part.check?.(definition);
        if (reason !== undefined) return reason;
      }
      return undefined;
    },
    async beforeReady(definition) {
      for (const part of all()) await part.beforeReady?.(definition);
    },
    onStage(stage) {
      each((part) => part.onStage?.(stage));
    },
    onHeartbeat() {
      each((part) => part.onHeartbeat?.());
    },
    async drain() {
      const drains = [...parts].map(([name, part]) =>
        Promise.resolve()
          .then(() => part.drain?.())
          .catch((error: unknown) => tell(name, error)),
      );
      await Promise.all(drains);
    },
    stop() {
      each((part) => part.stop?.());
    },
  };
}
