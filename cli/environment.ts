/** Variables of a process, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment that this command was started with, before a config could change it. */
export const startEnvironment: Environment = Object.freeze({ ...process.env });

/**
 * Runs `work` with `environment` in place of the process's own, which is back afterwards. Whatever `work` writes to
 * the environment is lost.
 */
export async function withEnvironment<T>(environment: Environment, work: () => Promise<T>): Promise<T> {
  const own = { ...process.env };
  become(environment);
  try {
    return await work();
  } finally {
    become(own);
  }
}

function become(environment: Environment): void {
  for (const name of Object.keys(process.env)) if (environment[name] === undefined) delete process.env[name];
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) process.env[name] = value;
}
