/**
 * Environment variables → a typed, validated configuration. Parsed once, in each process's composition root.
 */
import { z } from 'zod';
import { StartupError } from './startup-error.ts';

/**
 * Parses `environment` by `schema`.
 *
 * @throws {StartupError} naming the first variable that is missing or wrong; never its value, which may be a secret.
 *
 * @example
 * const { PORT } = readConfiguration(z.object({ PORT: portNumber }), process.env);
 */
export function readConfiguration<Schema extends z.ZodType>(
  schema: Schema,
  environment: NodeJS.ProcessEnv,
): z.output<Schema> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const variable = issue?.path.join('.') ?? 'environment';
  const isMissing = environment[variable] === undefined;
  throw new StartupError(
    `Environment variable ${variable} is ${isMissing ? 'missing' : 'not valid'}`,
    isMissing ? `set it (${issue?.message})` : `correct it (${issue?.message})`,
  );
}

/** A TCP port as text, 1 to 65535. */
export const portNumber = z.coerce.number().int().min(1).max(65_535);

/** Whether the process runs for real: `NODE_ENV=production`. */
export function isProduction(environment: NodeJS.ProcessEnv): boolean {
  return environment['NODE_ENV'] === 'production';
}
