/** Standard Webhooks are held against the specification's own library. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { type TenantId, tenantId } from '../tenancy/ids.ts';
import { webhookKeyBytes } from './company-webhook-key.ts';
import { readSigned, type SignatureScheme } from './scheme.ts';
import { signingCompany } from './signature.ts';

const [NORTHGATE, RIVERSIDE] = [tenantId('northgate'), tenantId('riverside')];
const key = (byte: number): string => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const [OF_NORTHGATE, BEFORE_OF_NORTHGATE, OF_RIVERSIDE, OF_NOBODY] = [key(1), key(2), key(3), key(4)];
const COMPANIES = [
  { company: NORTHGATE, keys: () => [OF_NORTHGATE, BEFORE_OF_NORTHGATE].map(webhookKeyBytes) },
  { company: RIVERSIDE, keys: () => [webhookKeyBytes(OF_RIVERSIDE)] },
];
const AT = new Date('2026-11-28T12:00:00Z');
const TIMESTAMP = String(AT.getTime() / 1000);

type Headers = Readonly<Record<string, string>>;

function signerOf(headers: Headers, body: string, scheme: SignatureScheme = 'standard-webhooks'): TenantId | undefined {
  const webhook = { header: (name: string) => headers[name] ?? '', body: Buffer.from(body) };
  return signingCompany(readSigned(scheme, webhook), COMPANIES);
}

const sign = (by: string, id: string, body: string): string => new Webhook(by).sign(id, AT, body);
const standard = (by: string, id: string, body: string, more: Headers = {}): Headers => ({
  'webhook-id': id,
  'webhook-timestamp': TIMESTAMP,
  'webhook-signature': sign(by, id, body),
  ...more,
});

describe('the company that has signed', () => {
  it('is known by whichever of its keys is in force, whatever was signed', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ unit: 'grapheme' }), (id, body) => {
        expect(signerOf(standard(OF_NORTHGATE, id, body), body)).toBe(NORTHGATE);
        expect(signerOf(standard(BEFORE_OF_NORTHGATE, id, body), body)).toBe(NORTHGATE);
        expect(signerOf(standard(OF_RIVERSIDE, id, body), body)).toBe(RIVERSIDE);
        expect(signerOf(standard(OF_NOBODY, id, body), body)).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  it('is found among several signatures, as while keys are rotated', () => {
    const several = `${sign(OF_NOBODY, 'id', '{}')} v1a,AAAA ${sign(OF_NORTHGATE, 'id', '{}')}`;
    expect(signerOf(standard(OF_NOBODY, 'id', '{}', { 'webhook-signature': several }), '{}')).toBe(NORTHGATE);
  });

  it.each([
    ['none', ''],
    ['an empty one', 'v1,'],
    ['a short one', 'v1,AAAA'],
    ['zeros', `v1,${'A'.repeat(43)}=`],
    ['another version', `v2,${sign(OF_NORTHGATE, 'id', '{}').slice(3)}`],
    ['other letters', sign(OF_NORTHGATE, 'id', '{}').toLowerCase()],
    ['one behind too many others', `${'v1,AAAA '.repeat(8)}${sign(OF_NORTHGATE, 'id', '{}')}`],
  ])('is nobody with %s', (_, signature) => {
    expect(signerOf(standard(OF_NORTHGATE, 'id', '{}', { 'webhook-signature': signature }), '{}')).toBeUndefined();
  });

  it('is nobody when id, time or body are others than what was signed', () => {
    expect(signerOf(standard(OF_NORTHGATE, 'id', '{}'), '{}')).toBe(NORTHGATE);
    expect(signerOf(standard(OF_NORTHGATE, 'id', '{}'), '[]')).toBeUndefined();
    for (const more of [{ 'webhook-id': 'di' }, { 'webhook-timestamp': '1' }]) {
      expect(signerOf(standard(OF_NORTHGATE, 'id', '{}', more), '{}')).toBeUndefined();
    }
  });
});

describe("a partner's own way to sign", () => {
  const scheme: SignatureScheme = {
    scheme: 'hmac-sha256',
    timestampHeader: 'x-partner-timestamp',
    signatureHeader: 'x-partner-signature',
    prefix: 'v0=',
    encoding: 'hex',
    signs: 'v0:{timestamp}:{body}',
  };
  const headersOf = (body: string, timestamp = TIMESTAMP): Headers => {
    const text = `v0:${timestamp}:${body}`;
    const digest = createHmac('sha256', webhookKeyBytes(OF_RIVERSIDE)).update(text).digest('hex');
    return { 'x-partner-timestamp': timestamp, 'x-partner-signature': `v0=${digest}` };
  };

  it('is verified as the contract has it', () => {
    expect(signerOf(headersOf('{}'), '{}', scheme)).toBe(RIVERSIDE);
    expect(signerOf(headersOf('{}'), '[]', scheme)).toBeUndefined();
    expect(signerOf({ ...headersOf('{}'), 'x-partner-timestamp': '1' }, '{}', scheme)).toBeUndefined();
  });

  it('that signs no id gives the same one to what is signed alike, whatever stands around it', () => {
    const idOf = (headers: Headers) =>
      readSigned(scheme, { header: (name) => headers[name] ?? '', body: Buffer.from('{}') }).id;
    const [one, later] = [headersOf('{}'), headersOf('{}', '1')];
    const signature = `v0=00, ${one['x-partner-signature']}`;
    expect(idOf({ ...one, 'x-partner-signature': signature, 'webhook-id': 'another' })).toBe(idOf(one));
    expect(idOf(later)).not.toBe(idOf(one));
  });
});
