/**
 * The secrets of a process, as they stand now: read when they are first asked for, and looked at again and again, so that
 * a rotation needs no restart.
 *
 * A look that fails changes nothing: what was good stays in use, and the failure is counted and written down.
 */
import type { Log } from '../log.ts';
import { StartupError } from '../startup-error.ts';
import { chooseSource } from './choose-source.ts';
import type { SecretGeneration, SecretGenerations, SecretName, SecretSource } from './secret-source.ts';

export interface LiveSecret {
  readonly name: string;
  current(): SecretGeneration;
  /** The one to use first, then, while both are in force, the one before. */
  generations(): SecretGenerations;
  /** Called after each change, one after the other. What it throws is a failed look. */
  onChange(listener: () => void | Promise<void>): void;
}

export interface Secrets {
  /** undefined: there is no such secret. @throws {StartupError} when that can't be found out */
  find(name: SecretName): Promise<LiveSecret | undefined>;
  /** @throws {StartupError} when there is none, or it can't be read */
  require(name: SecretName, remedy: string): Promise<LiveSecret>;
  /** Reads `name` by another source than the usual one, and looks at it as at the others. */
  follow(name: string, read: () => Promise<SecretGenerations | undefined>): Promise<LiveSecret | undefined>;
  /** Everything that was asked for so far. */
  known(): readonly LiveSecret[];
  /** How often a look has failed. */
  failures(): number;
  readonly pollSeconds: number;
  /** Whether secrets lie in files that are named one by one, as in development. */
  readonly isUnmanaged: boolean;
  close(): void;
}

export interface SecretsOptions {
  readonly source: SecretSource;
  readonly pollSeconds: number;
  readonly isUnmanaged: boolean;
  readonly log?: Log | undefined;
}

const DEFAULT_POLL_SECONDS = 10;

/** By `SECRETS` and `SECRETS_POLL_SECONDS` (10). @throws {StartupError} when they are wrong, or nothing answers there */
export async function openSecrets(environment: NodeJS.ProcessEnv, log?: Log): Promise<Secrets> {
  const pollSeconds = Number(environment['SECRETS_POLL_SECONDS'] ?? DEFAULT_POLL_SECONDS);
  if (!(pollSeconds >= 1 && pollSeconds <= 3_600)) {
    throw new StartupError('SECRETS_POLL_SECONDS is not valid', 'set it to a number of seconds from 1 to 3600');
  }
  const isUnmanaged = environment['SECRETS'] === undefined;
  return createSecrets({ source: await chooseSource(environment), pollSeconds, isUnmanaged, log });
}

export function createSecrets({ source, pollSeconds, isUnmanaged, log }: SecretsOptions): Secrets {
  const live = new Map<string, Promise<Followed | undefined>>();
  const found: Followed[] = [];
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const look = async (): Promise<void> => {
    for (const secret of found) {
      await secret.look().catch((err: unknown) => {
        failures += 1;
        log?.error({ event: 'secret not read', which: secret.name, reason: reasonOf(err) });
      });
    }
    schedule();
  };
  const schedule = (): void => {
    if (isClosed) return;
    timer = setTimeout(look, pollSeconds * 1000);
    timer.unref();
  };

  const follow: Secrets['follow'] = (name, read) => {
    const known = live.get(name) ?? begin(name, read);
    live.set(name, known);
    // Neither a failure nor that there is none is kept: whoever asks again may be answered.
    known.then(
      (secret) => secret ?? live.delete(name),
      () => live.delete(name),
    );
    return known;
  };
  const begin = async (name: string, read: () => Promise<SecretGenerations | undefined>) => {
    const first = await read();
    if (!first) return undefined;
    const secret = followed(name, first, read);
    found.push(secret);
    if (found.length === 1) schedule();
    return secret;
  };

  const find = (name: SecretName) => follow(name, () => source.read(name));
  return {
    find,
    follow,
    async require(name, remedy) {
      const secret = await find(name);
      if (!secret) throw new StartupError(`The secret ${name} is missing`, remedy);
      return secret;
    },
    known: () => found,
    failures: () => failures,
    pollSeconds,
    isUnmanaged,
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      source.close?.();
    },
  };
}

interface Followed extends LiveSecret {
  look(): Promise<void>;
}

function followed(
  name: string,
  first: SecretGenerations,
  read: () => Promise<SecretGenerations | undefined>,
): Followed {
  const listeners: (() => void | Promise<void>)[] = [];
  let generations = first;
  return {
    name,
    current: () => generations[0],
    generations: () => generations,
    onChange: (listener) => listeners.push(listener),
    look: async () => {
      const seen = await read();
      if (!seen) throw new StartupError(`The secret ${name} has gone`, 'put it back');
      if (isSame(seen, generations)) return;
      const before = generations;
      generations = seen;
      try {
        for (const listener of listeners) await listener();
      } catch (error) {
        // Whoever uses it can't use this one: it is looked at again, and the good one stays.
        generations = before;
        throw error;
      }
    },
  };
}

function isSame(one: SecretGenerations, other: SecretGenerations): boolean {
  return one.length === other.length && one.every((generation, index) => generation?.value === other[index]?.value);
}

/** A StartupError's sentence holds no value; anything else may. */
function reasonOf(error: unknown): string {
  if (error instanceof StartupError) return error.message;
  return error instanceof Error ? error.name : 'unknown';
}
