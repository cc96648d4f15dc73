/** `npm run partner -- check`: what breaks when a new document takes the place of one that our clients are made for. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { checkDocument } from '@commonhold/kit/partner/check/check-document.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const COMMUNAL = new URL('../subgraphs/communal/partner/', import.meta.url);
const SMART_HOME = new URL('../subgraphs/smart-home/partner/', import.meta.url);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The document of a version with something changed in it. */
async function changed(partner: URL, version: string, from: string | RegExp, to: string): Promise<URL> {
  const text = await readFile(new URL(`openapi/${version}.yaml`, partner), 'utf8');
  expect(text.replace(from, to)).not.toBe(text);
  const file = join(folder, `${version}.yaml`);
  await writeFile(file, text.replace(from, to));
  return pathToFileURL(file);
}

const check = async (partner: URL, version: string, from: string | RegExp, to: string): Promise<readonly string[]> => {
  const found = await checkDocument(partner, version, await changed(partner, version, from, to));
  return found.map(({ where, what }) => `${where}: ${what}`);
};

describe('a new document', () => {
  it.each([
    [COMMUNAL, 'v1'],
    [COMMUNAL, 'v2'],
    [SMART_HOME, 'v1'],
    [SMART_HOME, 'v2'],
    [new URL('homebridge/', SMART_HOME), 'v5'],
  ])('that says the same breaks nothing (%#)', async (partner, version) => {
    const same = new URL(`openapi/${version}.yaml`, partner);
    expect(await checkDocument(partner, version, same)).toEqual([]);
  });

  it.each<[string, string | RegExp, string, readonly string[]]>([
    [
      'an operation that is gone',
      '  /bills/query:',
      '  /invoices/query:',
      ['POST /bills/query: is gone, and we call it'],
    ],
    [
      'a member that we read and that is called otherwise',
      'verifyBy: { type: string, format: date }',
      'verifyUntil: { type: string, format: date }',
      ['POST /meters/query: answer items[].verifyBy: is gone, and we need it'],
    ],
    [
      'a member that we read if it is there',
      'smartMeterRef:',
      'smartMeterId:',
      ['POST /meters/query: answer items[].smartMeterRef: is gone, and we read it'],
    ],
    [
      'a member that may be left out',
      'accountId, kind, serial, verifyBy',
      'accountId, kind, verifyBy',
      ['POST /meters/query: answer items[].serial: may be left out, and we need it'],
    ],
    [
      'another type',
      'paid: { type: boolean }',
      'paid: { type: integer }',
      ['POST /bills/query: answer items[].paid: may be integer'],
    ],
    [
      'a value that may be null',
      'paid: { type: boolean }',
      'paid: { type: [boolean, "null"] }',
      ['POST /bills/query: answer items[].paid: may be null'],
    ],
    [
      'another value of a list of values',
      'status: { type: string, enum: [submitted, confirmed, rejected] }',
      'status: { type: string, enum: [submitted, confirmed, rejected, doubted] }',
      [
        'POST /readings/query: answer items[].status: may be doubted',
        'POST /readings: answer results[].reading.status: may be doubted',
      ],
    ],
    [
      'another format',
      'dueOn: { type: string, format: date }',
      'dueOn: { type: string, format: date-time }',
      ['POST /bills/query: answer items[].dueOn: has the format date-time'],
    ],
    [
      'something encrypted that is called otherwise',
      'holderName: { type: string }',
      'holder: { type: string }',
      ['Account.personal: content holderName: is gone, and we need it'],
    ],
    [
      'a member that has to be sent',
      /required: \[residenceRef, category, description\]\n( +)properties:/,
      'required: [residenceRef, category, description, urgency]\n$1properties:\n$1  urgency: { type: string }',
      ['POST /service-requests: request urgency: is required now, and we do not send it'],
    ],
    [
      'a member that is taken no more',
      'origin: { type: string, enum: [resident, operator] }',
      'via: { type: string, enum: [resident, operator] }',
      ['POST /readings: request readings[].origin: is taken no more'],
    ],
    [
      'smaller batches',
      'meters: { type: array, minItems: 1, maxItems: 500,',
      'meters: { type: array, minItems: 1, maxItems: 100,',
      ['POST /readings/query: request meters: has maxItems 500, where 100 is taken'],
    ],
    [
      'fewer values that are taken',
      'origin: { type: string, enum: [resident, operator] }',
      'origin: { type: string, enum: [resident] }',
      ['POST /readings: request readings[].origin: is sent as operator'],
    ],
  ])('breaks what it breaks, and says where: %s', async (_, from, to, expected) => {
    expect(await check(COMMUNAL, 'v1', from, to)).toEqual(expected);
  });

  it('breaks nothing by what is added to its answers, what may be sent besides and what we never send', async () => {
    const added = 'verifyBy: { type: string, format: date }\n        colour: { type: string }';
    expect(await check(COMMUNAL, 'v1', 'verifyBy: { type: string, format: date }', added)).toEqual([]);
    expect(await check(COMMUNAL, 'v1', 'properties: { type: array', 'buildings: { type: array')).toEqual([]);
    const filter = 'cursor: { type: string }\n                urgent: { type: boolean }';
    expect(await check(COMMUNAL, 'v1', 'cursor: { type: string }', filter)).toEqual([]);
  });

  it('is told of a line a break, with an exit code', async () => {
    const file = await changed(COMMUNAL, 'v2', 'serialNumber: { type: string }', 'serialNumber: { type: integer }');
    const { code, lines } = await run('check', 'communal', fileURLToPath(file));
    expect([code, lines]).toEqual([1, ['v2 POST /meters/query: answer items[].serialNumber: may be integer.']]);
    const document = fileURLToPath(new URL('openapi/v2.yaml', COMMUNAL));
    expect(await run('check', 'communal', document)).toEqual({ code: 0, lines: [] });
  });
});

const run = (...args: readonly string[]): Promise<{ readonly code: number; readonly lines: readonly string[] }> =>
  new Promise((resolve) => {
    const command = fileURLToPath(new URL('partner.ts', import.meta.url));
    execFile(process.execPath, [command, ...args], (error, _, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, lines: stderr.split('\n').filter((line) => line !== '') }),
    );
  });
