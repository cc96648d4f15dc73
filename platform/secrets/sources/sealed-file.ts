/**
 * A secret in the data folder, sealed under the master key for its place; the one before beside it, with `.previous` at
 * the end of its name. What was sealed under an older master key is sealed anew when it is read.
 */
import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import type { Envelope } from '../envelope.ts';
import type { SecretGeneration, SecretGenerations } from '../secret-source.ts';

export interface SealedFile {
  readonly file: string;
  /** What it is sealed for: moved to another place it doesn't open. */
  readonly place: string;
  readonly envelope: Envelope;
}

/** @returns undefined when there is no such file @throws {Error} when it doesn't open */
export async function readSealedFile(sealed: SealedFile): Promise<SecretGenerations | undefined> {
  const current = await readOne(sealed);
  if (!current) return undefined;
  const previous = await readOne({ ...sealed, file: `${sealed.file}.previous` });
  return previous ? [current, previous] : [current];
}

/** Writes the file, in the place of one that is there. Nobody ever reads half of it. */
export async function writeSealedFile({ file, place, envelope }: SealedFile, value: string): Promise<void> {
  await replace(file, `${await envelope.seal(value, place)}\n`);
}

async function readOne({ file, place, envelope }: SealedFile): Promise<SecretGeneration | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const value = await envelope.open(text.trim(), place);
  const { atime, mtime } = await stat(file);
  if (!text.startsWith(envelope.mark())) await sealAnew({ file, place, envelope }, text, value, [atime, mtime]);
  return { value, madeAt: mtime };
}

/** Where the folder can't be written to, it stays as it is. */
async function sealAnew(
  { file, place, envelope }: SealedFile,
  read: string,
  value: string,
  times: readonly [Date, Date],
): Promise<void> {
  const text = `${await envelope.seal(value, place)}\n`;
  // Whoever has replaced it meanwhile has the last word.
  if ((await readFile(file, 'utf8').catch(() => '')) !== read) return;
  await replace(file, text, times).catch(() => undefined);
}

async function replace(file: string, text: string, times?: readonly [Date, Date]): Promise<void> {
  const unfinished = `${file}.${process.pid}.unfinished`;
  try {
    await writeFile(unfinished, text, { mode: 0o600 });
    if (times) await utimes(unfinished, ...times);
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
