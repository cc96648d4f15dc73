/**
 * The one key that all other secrets on disk are encrypted under: the secret `master-key`, 32 bytes in base64url, which
 * lies outside the data folder, so that whoever copies that has nothing.
 *
 * Its rotation, without a restart:
 * 1. The new generation is put in front, the old one beside it. Every process reads both within its interval.
 * 2. It seals after an overlap of three intervals, when every replica can open what it sealed.
 * 3. What is sealed under the old one is sealed anew in the background (`commonhold_ciphertext_outdated` says how much is
 *    left). Then the old one may go.
 */
import { hkdfSync } from 'node:crypto';
import { StartupError } from '../startup-error.ts';
import { chooseSource } from './choose-source.ts';
import { type KeyRing, keyId, type PurposeKey } from './key-ring.ts';
import type { SecretGeneration, SecretGenerations } from './secret-source.ts';
import type { Secrets } from './secrets.ts';

/** What the key is for is always named: a derived key never serves two purposes. */
export interface MasterKey {
  /**
   * The current generation's key of 32 bytes for one purpose (HKDF-SHA-256, RFC 5869). It changes with a rotation: where
   * something lasts longer than a process, use `ring`.
   */
  derive(purpose: string): Uint8Array;
  /** The keys of one purpose, such as `envelope:directory`. */
  ring(purpose: string): KeyRing;
}

const REMEDY = 'create it with 32 random bytes in base64url';
const OVERLAP_POLLS = 3;

/**
 * Follows the master key.
 *
 * @throws {StartupError} when it is missing, readable by others, or not 32 bytes in base64url.
 */
export async function openMasterKey(secrets: Secrets): Promise<MasterKey> {
  const secret = await secrets.find('master-key');
  if (!secret) throw missing(secrets.isUnmanaged);
  const overlapMilliseconds = OVERLAP_POLLS * secrets.pollSeconds * 1000;
  let generations = parse(secret.generations());
  secret.onChange(() => {
    const seen = parse(secret.generations());
    const [, ...others] = generations;
    // Without the generation that seals now, everything would be lost that it has sealed.
    if (!includes(seen, sealing(generations, overlapMilliseconds))) {
      throw new StartupError('The master key that is in use has gone', 'put it back beside the new one');
    }
    // What was in force stays so until the process ends: who has removed it is sure that nothing needs it.
    generations = [...seen, ...others.filter((other) => !includes(seen, other))];
  });
  return masterKey(() => {
    const first = sealing(generations, overlapMilliseconds);
    return [first, ...generations.filter((other) => other !== first)];
  });
}

/** The same, as it stands now, for a command that ends soon. @throws {StartupError} as `openMasterKey` */
export async function loadMasterKey(environment: NodeJS.ProcessEnv): Promise<MasterKey> {
  const source = await chooseSource(environment);
  try {
    const generations = await source.read('master-key');
    if (!generations) throw missing(environment['SECRETS'] === undefined);
    return createMasterKey(generations);
  } finally {
    source.close?.();
  }
}

/** Of generations that don't change. @throws {StartupError} when one isn't 32 bytes in base64url */
export function createMasterKey(generations: SecretGenerations): MasterKey {
  const parsed = parse(generations);
  return masterKey(() => parsed);
}

interface Generation {
  readonly id: string;
  readonly bytes: Buffer;
  readonly madeAt: Date;
}

type Generations = readonly [Generation, ...Generation[]];

function masterKey(generations: () => Generations): MasterKey {
  const derived = new Map<string, PurposeKey>();
  const derive = (purpose: string, { id, bytes }: Generation): PurposeKey => {
    const name = `${id} ${purpose}`;
    const known = derived.get(name);
    if (known) return known;
    const key = new Uint8Array(hkdfSync('sha256', bytes, 'commonhold', purpose, 32));
    const made = { id: keyId(key), key };
    derived.set(name, made);
    return made;
  };
  return {
    derive: (purpose) => Uint8Array.from(derive(purpose, generations()[0]).key),
    ring: (purpose) => ({
      keys: () => {
        const [first, ...others] = generations();
        return [derive(purpose, first), ...others.map((generation) => derive(purpose, generation))];
      },
    }),
  };
}

/** The newest that everybody has had the time to read; the oldest, when none is. */
function sealing(generations: Generations, overlapMilliseconds: number): Generation {
  const knownToAll = Date.now() - overlapMilliseconds;
  return generations.find(({ madeAt }) => madeAt.getTime() <= knownToAll) ?? generations.at(-1) ?? generations[0];
}

function includes(generations: readonly Generation[], { id }: Generation): boolean {
  return generations.some((generation) => generation.id === id);
}

function parse([current, previous]: SecretGenerations): Generations {
  return previous ? [parseOne(current), parseOne(previous)] : [parseOne(current)];
}

function parseOne({ value, madeAt }: SecretGeneration): Generation {
  const bytes = Buffer.from(value.trim(), 'base64url');
  if (bytes.length !== 32) {
    throw new StartupError('The master key is broken', 'it has to hold 32 random bytes in base64url');
  }
  return { id: keyId(bytes), bytes, madeAt };
}

function missing(isUnmanaged: boolean): StartupError {
  return new StartupError(
    isUnmanaged ? 'The file named by MASTER_KEY_FILE is missing' : 'The secret master-key is missing',
    REMEDY,
  );
}
