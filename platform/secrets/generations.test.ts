/** The master key's rotation while a process runs, and what was sealed before and meanwhile. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CompactEncrypt, decodeProtectedHeader } from 'jose';
import { Registry } from 'prom-client';
import { createEnvelope, type Envelope } from './envelope.ts';
import { type MasterKey, openMasterKey } from './master-key.ts';
import { measureSecrets } from './metrics.ts';
import { openSecrets, type Secrets } from './secrets.ts';
import { readSealedFile, writeSealedFile } from './sources/sealed-file.ts';

const PLACE = 'person.name:17';
const [FIRST, SECOND, THIRD] = [1, 2, 3].map(() => randomBytes(32).toString('base64url'));

let folder: string;
let file: string;
let secrets: Secrets;
let masterKey: MasterKey;
let envelope: Envelope;

const put = async (name: string, value: string | undefined, secondsAgo = 0): Promise<void> => {
  await writeFile(`${name}.new`, `${value}\n`, { mode: 0o600 });
  const at = Date.now() / 1000 - secondsAgo;
  await utimes(`${name}.new`, at, at);
  await rename(`${name}.new`, name);
};
const until = async (isTrue: () => boolean): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (!isTrue() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isTrue()).toBe(true);
};
const keys = () => masterKey.ring('envelope:test').keys();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'generations-'));
  file = join(folder, 'master.key');
  await put(file, FIRST, 3_600);
  secrets = await openSecrets({ MASTER_KEY_FILE: file, SECRETS_POLL_SECONDS: '1' });
  masterKey = await openMasterKey(secrets);
  envelope = createEnvelope(masterKey.ring('envelope:test'));
});
afterEach(async () => {
  secrets.close();
  await rm(folder, { recursive: true });
});

describe('a new generation of the master key', () => {
  it('opens at once, and seals when all replicas have had the time to read it', async () => {
    const before = await envelope.seal('Ada', PLACE);
    const [{ id }] = keys();
    await put(`${file}.previous`, FIRST, 3_600);
    await put(file, SECOND);
    await until(() => keys().length === 2);
    expect(keys()[0].id).toBe(id);
    const meanwhile = await envelope.seal('Ada', PLACE);
    expect(decodeProtectedHeader(meanwhile).kid).toBe(id);
    // Another replica already seals by it.
    const elsewhere = createEnvelope({ keys: () => [keys()[1] ?? keys()[0]] });
    expect(await envelope.open(await elsewhere.seal('Ada', PLACE), PLACE)).toBe('Ada');
    await until(() => keys()[0].id !== id);
    const after = await envelope.seal('Ada', PLACE);
    expect(decodeProtectedHeader(after).kid).toBe(keys()[0].id);
    for (const sealed of [before, meanwhile, after]) expect(await envelope.open(sealed, PLACE)).toBe('Ada');
    expect([before, meanwhile, after].map((sealed) => sealed.startsWith(envelope.mark()))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('is not taken without the one that is in use, nor when it is none', async () => {
    const [{ id }] = keys();
    await put(file, SECOND, 60);
    await until(() => secrets.failures() === 1);
    await put(file, 'short', 60);
    await until(() => secrets.failures() === 2);
    expect(keys().map((key) => key.id)).toEqual([id]);
  });

  it('leaves the one before in force in a running process, when that is removed', async () => {
    const sealed = await envelope.seal('Ada', PLACE);
    await put(`${file}.previous`, FIRST, 3_600);
    await put(file, SECOND, 60);
    await until(() => keys().length === 2);
    await put(`${file}.previous`, SECOND, 60);
    await put(file, THIRD, 30);
    await until(() => keys().length === 3);
    expect(await envelope.open(sealed, PLACE)).toBe('Ada');
  });

  it('shows its age, and that of the one before', async () => {
    const metrics = new Registry();
    measureSecrets(metrics, secrets);
    await put(`${file}.previous`, FIRST, 3_600);
    await put(file, SECOND, 60);
    await until(() => keys().length === 2);
    const ages = [
      ...(await metrics.metrics()).matchAll(/age_seconds\{secret="master-key",generation="(\w+)"\} (\d+)/g),
    ];
    expect(ages.map(([, generation, seconds]) => [generation, Math.round(Number(seconds) / 30) * 30])).toEqual([
      ['current', 60],
      ['previous', 3_600],
    ]);
  });
});

describe('a sealed text', () => {
  it('from before there were generations is opened', async () => {
    const [{ key }] = keys();
    const old = await new CompactEncrypt(Buffer.from('Ada'))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', place: PLACE })
      .encrypt(key);
    expect([await envelope.open(old, PLACE), old.startsWith(envelope.mark())]).toEqual(['Ada', false]);
  });

  it('is opened neither elsewhere, nor under another key, nor with another generation in its header', async () => {
    const sealed = await envelope.seal('Ada', PLACE);
    const other = createEnvelope(randomBytes(32));
    await expect(envelope.open(sealed, 'person.name:18')).rejects.toThrow('sealed for another place');
    await expect(other.open(sealed, PLACE)).rejects.toThrow('under a key that is not in force');
    const [, ...rest] = sealed.split('.');
    const header = { ...decodeProtectedHeader(sealed), kid: keys()[0].id, place: 'person.name:18' };
    const forged = [Buffer.from(JSON.stringify(header)).toString('base64url'), ...rest].join('.');
    await expect(envelope.open(forged, 'person.name:18')).rejects.toThrow();
  });

  it('in a file is sealed anew when it is read, and keeps its age', async () => {
    const sealed = { file: join(folder, 'a.sealed'), place: PLACE, envelope };
    await writeSealedFile(sealed, 'Ada');
    await utimes(sealed.file, 5_000, 5_000);
    await put(`${file}.previous`, FIRST, 3_600);
    await put(file, SECOND, 60);
    await until(() => keys().length === 2);
    expect((await readSealedFile(sealed))?.[0].value).toBe('Ada');
    // As if the old one were gone.
    const current = createEnvelope({ keys: () => [keys()[0]] });
    const anew = await readSealedFile({ ...sealed, envelope: current });
    expect([anew?.[0].value, anew?.[0].madeAt.getTime()]).toEqual(['Ada', 5_000_000]);
  });
});
