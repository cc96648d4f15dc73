import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeId, encodeId, residenceInId, residenceKey, tenantId } from './ids.ts';

const part = fc.stringMatching(/^[A-Za-z0-9_.:~-]{1,40}$/);
const typedId = fc.record({
  tenant: part.map(tenantId),
  type: part,
  residence: fc.option(part.map(residenceKey), { nil: undefined }),
  key: part,
});
/** Texts that look like ids more than chance would have it. */
const nearly = fc
  .array(fc.oneof(part, fc.string({ maxLength: 5 }), fc.constant('')), { minLength: 3, maxLength: 6 })
  .map((parts) => Buffer.from(parts.join('/')).toString('base64url'));

describe('an id', () => {
  it('comes back as it went in', () => {
    fc.assert(fc.property(typedId, (id) => expect(decodeId(encodeId(id))).toEqual(id)));
  });

  it('has one form only', () => {
    fc.assert(
      fc.property(fc.oneof(nearly, fc.base64String(), fc.string()), (text) => {
        const id = decodeId(text);
        expect(id === undefined || encodeId(id) === text).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('in another spelling is none', () => {
    fc.assert(
      fc.property(typedId, (id) => {
        const encoded = encodeId(id);
        for (const other of [`${encoded}=`, `${encoded}A`, ` ${encoded}`, `${encoded}\n`, encoded.slice(0, -1)]) {
          const decoded = decodeId(other);
          expect(decoded === undefined || encodeId(decoded) === other).toBe(true);
          expect(decoded).not.toEqual(id);
        }
      }),
    );
  });

  it('is read for its residence alone as it is decoded', () => {
    const texts = fc.oneof(typedId.map(encodeId), nearly, fc.base64String(), fc.string());
    const spoilt = fc.tuple(texts, fc.constantFrom('', '=', 'A', '\n', '+')).map((parts) => parts.join(''));
    const some = fc.oneof({ weight: 4, arbitrary: spoilt }, fc.anything());
    fc.assert(
      fc.property(some, typedId, fc.boolean(), (value, other, isOther) => {
        const id = decodeId(value);
        const { tenant, type } = id && !isOther ? id : other;
        const isOfHead = id?.tenant === tenant && id.type === type;
        expect(residenceInId(value, `${tenant}/${type}/`)).toBe(isOfHead ? (id?.residence ?? '') : undefined);
      }),
      { numRuns: 5000 },
    );
  });

  it('never throws, whatever it is', () => {
    fc.assert(fc.property(fc.anything(), (value) => void decodeId(value)));
    expect(decodeId('A'.repeat(100_000))).toBeUndefined();
  });

  it.each(['', 'a/b', 'ä', 'x'.repeat(121), 'a\n', '%2F'])('is not made of %j', (bad) => {
    expect(() => tenantId(bad)).toThrow(TypeError);
    expect(() => residenceKey(bad)).toThrow(TypeError);
    const good = { tenant: tenantId('northgate'), type: 'Meter', residence: residenceKey('r-1'), key: 'm-1' };
    expect(() => encodeId({ ...good, key: bad })).toThrow(TypeError);
    expect(() => encodeId({ ...good, type: bad })).toThrow(TypeError);
  });
});
