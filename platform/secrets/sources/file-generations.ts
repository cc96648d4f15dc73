/** A secret in a file, and the one before it beside it with `.previous` at the end of its name. */
import { GREATEST_SECRET_BYTES, type SecretGeneration, type SecretGenerations } from '../secret-source.ts';
import { type ProtectedFileOptions, readProtectedFile } from './protected-file.ts';

/** @returns undefined when there is no such file @throws {StartupError} as `readProtectedFile` */
export async function readFileGenerations(
  options: Omit<ProtectedFileOptions, 'greatestBytes'>,
): Promise<SecretGenerations | undefined> {
  const read = async (file: string): Promise<SecretGeneration | undefined> => {
    const found = await readProtectedFile({ ...options, file, greatestBytes: GREATEST_SECRET_BYTES });
    return found && { value: found.bytes.toString('utf8').replace(/\r?\n$/, ''), madeAt: found.writtenAt };
  };
  const current = await read(options.file);
  if (!current) return undefined;
  const previous = await read(`${options.file}.previous`);
  return previous ? [current, previous] : [current];
}
