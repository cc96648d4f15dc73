/**
 * Events of a partner that were verified but not understood: sealed, in files of the data folder, a bounded number of
 * them. When the mapping has been mended, or the contract, they are taken in once more.
 *
 * An operator marks what is to be taken in again by renaming its file (`npm run partner -- dead-letters`): no door is
 * needed for it, and who may write to the folder may do it.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '@commonhold/platform/log.ts';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import { readSealedFile, writeSealedFile } from '@commonhold/platform/secrets/sources/sealed-file.ts';
import { z } from 'zod';
import { tenantId } from '../tenancy/ids.ts';
import type { ToldByPartner } from './take-in.ts';

export interface DeadLetter extends ToldByPartner {
  /** Name of its file. */
  readonly name: string;
  /** Where it wasn't understood; never a value. */
  readonly place: string;
  readonly receivedAt: string;
}

export interface DeadLetters {
  /** @throws {Error} when it can't be written */
  keep(told: ToldByPartner, place: string): Promise<void>;
  close(): Promise<void>;
}

export interface DeadLetterFolder {
  readonly dataDirectory: string;
  readonly partner: string;
  /** With the key of `envelope:dead-letters`. */
  readonly envelope: Envelope;
}

export interface DeadLetterOptions extends DeadLetterFolder {
  /** Whether it is understood now, and has been taken in. */
  readonly retry: (letter: DeadLetter) => Promise<boolean>;
  readonly counted: (number: number) => void;
  readonly log: Log;
}

const GREATEST_NUMBER = 1_000;
const LOOK_MILLISECONDS = 2_000;
const KEPT = /^\d{13}\.[0-9a-f]{16}\.sealed$/;
const MARK = '.again';

const content = z.object({
  company: z.string().transform(tenantId),
  id: z.string(),
  place: z.string(),
  receivedAt: z.string(),
  body: z.string().transform((text) => Buffer.from(text, 'base64')),
});

export function keepDeadLetters(options: DeadLetterOptions): DeadLetters {
  const { partner, envelope, retry, counted, log } = options;
  const folder = folderOf(options);
  const closing = new AbortController();
  let sealedUnder = '';

  async function look(): Promise<void> {
    const names = await namesIn(folder);
    counted(names.filter((name) => KEPT.test(name)).length);
    for (const name of names.filter((candidate) => candidate.endsWith(MARK))) {
      const kept = name.slice(0, -MARK.length);
      const letter = await readLetter(options, kept, name);
      const isDone = letter !== undefined && (await retry(letter).catch(() => false));
      if (isDone) await rm(join(folder, name), { force: true });
      else await rename(join(folder, name), join(folder, kept));
      log.info({ event: 'dead letter taken in again', partner, letter: kept, isDone });
    }
    // Reading one seals it anew, when the master key has been rotated.
    if (envelope.mark() === sealedUnder) return;
    for (const name of names.filter((candidate) => KEPT.test(candidate))) await readLetter(options, name);
    sealedUnder = envelope.mark();
  }

  async function lookAgainAndAgain(): Promise<void> {
    while (!closing.signal.aborted) {
      await look().catch(() => log.error({ event: 'dead letters not read', partner }));
      await wait(LOOK_MILLISECONDS, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
    }
  }

  const looking = lookAgainAndAgain();
  return {
    keep: async ({ company, id, body }, place) => {
      const hash = createHash('sha256').update(`${company}/${id}`).digest('hex').slice(0, 16);
      const name = `${Date.now()}.${hash}.sealed`;
      const text = JSON.stringify({
        company,
        id,
        place,
        receivedAt: new Date().toISOString(),
        body: body.toString('base64'),
      });
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeSealedFile({ file: join(folder, name), place: placeOf(partner, name), envelope }, text);
      const names = (await namesIn(folder)).filter((candidate) => KEPT.test(candidate));
      const tooMany = names.slice(0, Math.max(0, names.length - GREATEST_NUMBER));
      for (const oldest of tooMany) await rm(join(folder, oldest), { force: true });
      if (tooMany.length > 0) log.error({ event: 'dead letters lost', partner, number: tooMany.length });
      counted(names.length - tooMany.length);
    },
    close: async () => {
      closing.abort();
      await looking;
    },
  };
}

/** All that are kept, the oldest first; without those that don't open. */
export async function listDeadLetters(from: DeadLetterFolder): Promise<readonly DeadLetter[]> {
  const names = (await namesIn(folderOf(from))).filter((name) => KEPT.test(name));
  const letters = await Promise.all(names.map((name) => readLetter(from, name)));
  return letters.filter((letter) => letter !== undefined);
}

/** Has the partner's subgraph take it in once more, within some seconds. */
export async function markDeadLetter(from: DeadLetterFolder, { name }: DeadLetter): Promise<void> {
  await rename(join(folderOf(from), name), join(folderOf(from), `${name}${MARK}`));
}

async function readLetter(from: DeadLetterFolder, name: string, file = name): Promise<DeadLetter | undefined> {
  const sealed = { file: join(folderOf(from), file), place: placeOf(from.partner, name), envelope: from.envelope };
  const [read] = (await readSealedFile(sealed).catch(() => undefined)) ?? [];
  return read && { name, ...content.parse(JSON.parse(read.value)) };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

const folderOf = ({ dataDirectory, partner }: DeadLetterFolder): string => join(dataDirectory, 'dead-letters', partner);
/** What it is sealed for. */
const placeOf = (partner: string, name: string): string => `dead-letters/${partner}/${name}`;
