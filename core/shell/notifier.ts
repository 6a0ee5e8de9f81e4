import { Hookable } from "hookable";
import type { HookName, HookPayload, HookRegistry, PoolHooks } from "../contract/hooks.ts";
import { runAsNobody, type RunAs } from "../contract/plugin.ts";

/** The kernel's end of the hooks. */
export interface Notifier {
  readonly hooks: HookRegistry;
  /** The same hooks for one plugin: what fails among its observers is told under its name. */
  of(plugin: string): HookRegistry;
  notify<Name extends HookName>(name: Name, payload: HookPayload<Name>): void;
  /** Notifies the observers of `plugin:error`. */
  report(plugin: string, stage: string, error: unknown): void;
}

/**
 * Hooks whose observers are isolated from each other and from the kernel. hookable's own callers are not used:
 * in a serial call one throw stops the later observers, and not awaited it is an unhandled rejection.
 */
export function createNotifier(runAs: RunAs = runAsNobody): Notifier {
  const hooks = new Hookable<PoolHooks>();
  const owners = new WeakMap<object, string>();

  function report(plugin: string, stage: string, error: unknown): void {
    notify("plugin:error", { plugin, stage, error });
  }

  function fault(plugin: string, name: HookName, error: unknown): void {
    // An observer of `plugin:error` that fails itself has nobody left to tell.
    if (name !== "plugin:error") report(plugin, name, error);
  }

  function of(plugin: string): HookRegistry {
    const view = new Hookable<PoolHooks>();
    // `hookOnce` and `addHooks` register through `hook`.
    view.hook = (name, observe, options) => {
      if (typeof observe === "function") owners.set(observe, plugin);
      return hooks.hook(name, observe, options);
    };
    view.removeHook = (name, observe) => hooks.removeHook(name, observe);
    return view;
  }

  function notify<Name extends HookName>(name: Name, payload: HookPayload<Name>): void {
    hooks.callHookWith(
      (observers: ((payload: HookPayload<Name>) => unknown)[]) => {
        for (const observe of [...observers]) {
          const owner = owners.get(observe) ?? OBSERVER;
          try {
            const result = runAs(owner, () => observe(payload));
            if (result instanceof Promise) result.catch((error: unknown) => fault(owner, name, error));
          } catch (error) {
            fault(owner, name, error);
          }
        }
      },
      name,
      [payload] as never,
    );
  }

  return { hooks, of, notify, report };
}

/** Who observes without being a plugin. */
const OBSERVER = "observer";
