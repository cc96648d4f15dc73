/** Where a partner is, and whether that is where it may be. */
import { ports } from '@commonhold/platform/addresses.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';

/**
 * An address with `${NAME}` for a port of `platform/addresses.ts` or an environment variable, which has to be set; with
 * `${NAME:-}` it may be left out.
 *
 * @param name how the contract is called in messages
 * @returns the origin; undefined when nothing is left
 * @throws {StartupError} when a variable is missing, or the address is no origin of http or https
 */
export function resolveAddress(template: string, name: string, environment: NodeJS.ProcessEnv): string | undefined {
  const known: Readonly<Record<string, number | string | undefined>> = { ...environment, ...ports(environment) };
  const address = template.replaceAll(/\$\{([A-Z0-9_]+)(:-)?\}/g, (_, variable: string, mayBeMissing) => {
    const value = known[variable] ?? (mayBeMissing ? '' : undefined);
    if (value === undefined) {
      throw new StartupError(
        `Environment variable ${variable} is missing`,
        `set it: the partner contract ${name} asks for it`,
      );
    }
    return String(value);
  });
  if (address === '') return undefined;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.pathname !== '/' || url.search) {
    throw new StartupError(
      `The partner contract ${name} names an address that is none`,
      'use an origin such as https://api.partner.example, without a path',
    );
  }
  return url.origin;
}
