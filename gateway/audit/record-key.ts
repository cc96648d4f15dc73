/**
 * The key that a record of access is sealed by: in `<directory>/key.sealed`, under the master key. A rotation of the
 * master key seals it anew, and what was recorded before can still be verified. Each record has a key of its own, so that
 * none can stand in another's place.
 *
 * A record from before there was such a file is sealed by the master key's own: that one is taken over.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import type { MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import type { Secrets } from '@commonhold/platform/secrets/secrets.ts';
import { readSealedFile, type SealedFile, writeSealedFile } from '@commonhold/platform/secrets/sources/sealed-file.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import type { RecordPlace } from './record-place.ts';

/** For whoever writes the record: makes the file when there is none, and keeps it sealed under the current generation. */
export async function openRecordKey(place: RecordPlace, masterKey: MasterKey, secrets: Secrets): Promise<Uint8Array> {
  await mkdir(place.directory, { recursive: true, mode: 0o700 });
  const file = fileIn(place, masterKey);
  if (!(await exists(file))) await writeSealedFile(file, toText(masterKey.derive(place.name)));
  const followed = await secrets.follow('audit-record', () => readSealedFile(file).catch(foreign));
  if (!followed) throw new StartupError('The key of the record of access is missing', `restore ${file.file}`);
  return toKey(followed.current().value);
}

/** A rotation has to seal those anew as well whose writer is not there any more. */
export async function followOtherKeys(
  own: RecordPlace,
  places: readonly RecordPlace[],
  masterKey: MasterKey,
  secrets: Secrets,
): Promise<void> {
  for (const place of places.filter(({ name }) => name !== own.name)) {
    await secrets.follow(`audit-record ${place.name}`, () => readSealedFile(fileIn(place, masterKey)).catch(foreign));
  }
}

/** For whoever verifies it: changes nothing. @throws {StartupError} when it is of another master key */
export async function readRecordKey(record: RecordPlace, masterKey: MasterKey): Promise<Uint8Array> {
  const { file, place, envelope } = fileIn(record, masterKey);
  const sealed = await readFile(file, 'utf8').catch(() => undefined);
  if (sealed === undefined) return masterKey.derive(record.name);
  return toKey(await envelope.open(sealed.trim(), place).catch(foreign));
}

function fileIn({ directory, name }: RecordPlace, masterKey: MasterKey): SealedFile {
  return {
    file: join(directory, 'key.sealed'),
    place: `${name}/key`,
    envelope: createEnvelope(masterKey.ring('envelope:audit')),
  };
}

function foreign(): never {
  throw new StartupError(
    "The key of the record of access can't be opened with this master key",
    'name the master key that it was sealed under',
  );
}

const exists = (file: SealedFile): Promise<boolean> =>
  readFile(file.file).then(
    () => true,
    () => false,
  );
const toText = (key: Uint8Array): string => Buffer.from(key).toString('base64url');
const toKey = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'));
