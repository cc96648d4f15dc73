/** Where secrets come from: one interface, whatever keeps them. */

/** Each is described in README.md. */
export type SecretName =
  | 'master-key'
  | 'mail-password'
  | 'database-password'
  | 'redis-password'
  | `partner.${string}.${string}.keys`
  | `partner.${string}.${string}.password`
  | `partner.${string}.${string}.webhook`;

export interface SecretGeneration {
  readonly value: string;
  /** When it was put there; what is too new for all processes to have read it isn't used yet where that matters. */
  readonly madeAt: Date;
}

/** The current generation and, while both are in force, the one before. */
export type SecretGenerations = readonly [current: SecretGeneration, previous?: SecretGeneration];

export interface SecretSource {
  /**
   * What is there now, read anew each time, within a bounded time.
   *
   * @returns undefined when there is no such secret
   * @throws {StartupError} when it can't be read, with a sentence that holds no value
   */
  read(name: SecretName): Promise<SecretGenerations | undefined>;
  close?(): void;
}

export const GREATEST_SECRET_BYTES = 64 * 1024;

const NAME = /^[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*$/;

/** A name that is safe as that of a file and in an address. @throws {TypeError} */
export function checkedName(name: SecretName): string {
  if (!NAME.test(name) || name.length > 128) throw new TypeError('not the name of a secret');
  return name;
}
