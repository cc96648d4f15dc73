/** The record of access shows what was done to it. */
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AccessRecord, openAccessRecord } from './access-record.ts';
import type { AccessEvent } from './entry.ts';
import { headFile, recordFile, type Verdict, verifyRecord } from './verify.ts';

const KEY = new Uint8Array(32).fill(7);

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'audit-'));
});
afterEach(() => rm(directory, { recursive: true }));

const event = (subject: string): AccessEvent => ({
  at: '2026-03-01T08:30:00.000Z',
  requestId: 'r',
  tenant: 'northgate',
  subject,
  client: 'frontend',
  tokenId: 't',
  operationHash: 'h',
  personalFields: ['Person.email'],
  deniedFields: [],
  mutations: [],
  codes: [],
});
const open = (): Promise<AccessRecord> =>
  openAccessRecord(directory, KEY, (error) => {
    throw error;
  });
const verify = (): Promise<Verdict> => verifyRecord(directory, KEY);

async function write(...subjects: readonly string[]): Promise<void> {
  const record = await open();
  for (const subject of subjects) record.append(event(subject));
  await record.close();
}

async function change(alter: (lines: string[]) => readonly string[]): Promise<void> {
  const lines = (await readFile(recordFile(directory), 'utf8')).trimEnd().split('\n');
  await writeFile(recordFile(directory), `${alter(lines).join('\n')}\n`);
}

describe('a record that nobody touched', () => {
  it('is whole, empty or not, and goes on after a restart', async () => {
    expect(await verify()).toMatchObject({ kind: 'whole', entries: 0 });
    await write('ada', 'ben');
    await write('cem');
    expect(await verify()).toMatchObject({ kind: 'whole', entries: 3 });
  });

  it('holds every entry of a crowd, in order', async () => {
    await write(...Array.from({ length: 1_000 }, (_, index) => `subject-${index}`));
    const subjects: unknown[] = [];
    await verifyRecord(directory, KEY, (line) => subjects.push(JSON.parse(line).subject));
    expect(subjects).toEqual(Array.from({ length: 1_000 }, (_, index) => `subject-${index}`));
  });

  it('loses nothing by a line that was never finished', async () => {
    await write('ada', 'ben');
    await appendFile(recordFile(directory), '{"sequence":3,"prev');
    expect(await verify()).toMatchObject({ kind: 'whole', entries: 2 });
    await write('cem');
    expect(await verify()).toMatchObject({ kind: 'whole', entries: 3 });
  });
});

describe('a record that', () => {
  beforeEach(() => write('ada', 'ben', 'cem', 'dov', 'eva'));

  const tampered: Readonly<Record<string, readonly [() => Promise<unknown>, number]>> = {
    'had an entry edited': [() => change((lines) => lines.map((line) => line.replace('cem', 'max'))), 3],
    'had an entry deleted': [() => change((lines) => lines.filter((_, index) => index !== 2)), 3],
    'had its first entry deleted': [() => change((lines) => lines.slice(1)), 1],
    'had entries swapped': [() => change(([a = '', b = '', c = '', ...rest]) => [a, c, b, ...rest]), 2],
    'had an entry repeated': [() => change(([a = '', b = '', ...rest]) => [a, b, b, ...rest]), 3],
    'had its end cut': [() => change((lines) => lines.slice(0, 3)), 4],
    'had everything deleted': [() => rm(recordFile(directory)), 1],
    'had its end cut and another head written': [
      async () => {
        await change((lines) => lines.slice(0, 3));
        const head = JSON.parse(await readFile(headFile(directory), 'utf8'));
        await writeFile(headFile(directory), JSON.stringify({ ...head, sequence: 3 }));
      },
      1,
    ],
    'lost its head': [() => rm(headFile(directory)), 1],
    'was written anew with another key': [
      async () => {
        await rm(recordFile(directory));
        await rm(headFile(directory));
        const record = await openAccessRecord(directory, new Uint8Array(32).fill(8), () => undefined);
        record.append(event('ada'));
        await record.close();
      },
      1,
    ],
    'had an entry added without the key': [
      () =>
        appendFile(
          recordFile(directory),
          `${JSON.stringify({ sequence: 6, previous: '', ...event('fay'), seal: 'x' })}\n`,
        ),
      6,
    ],
  };

  it.each(Object.entries(tampered))('%s is broken, and the place is named', async (_, [tamper, entry]) => {
    await tamper();
    expect(await verify()).toMatchObject({ kind: 'broken', entry });
    await expect(open()).rejects.toThrow(`The record of access is broken at entry ${entry}`);
  });
});

it('one process writes at a time', async () => {
  await writeFile(join(directory, 'writer.pid'), String(process.ppid));
  await expect(open()).rejects.toThrow('Another process writes the record of access');
  await writeFile(join(directory, 'writer.pid'), '999999999');
  await (await open()).close();
  // The writer has ended, and another process has its id.
  await writeFile(join(directory, 'writer.pid'), `${process.ppid} 1`);
  await (await open()).close();
});
