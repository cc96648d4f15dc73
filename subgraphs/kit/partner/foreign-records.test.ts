import { describe, expect, it } from '@jest/globals';
import { tenantId } from '../tenancy/ids.ts';
import { dropForeign } from './foreign-records.ts';

const own = { companyId: 'northgate', id: 1 };
const foreign = { companyId: 'riverside', id: 2 };
const drop = (answer: unknown) => dropForeign(answer, tenantId('northgate'));

describe("another company's record in an answer", () => {
  it.each([
    ['in a list', { items: [own, foreign] }, { items: [own] }, 1],
    ['in a list of lists', [[foreign], [own, foreign]], [[], [own]], 2],
    ['inside an own record', { items: [own, { ...own, inner: foreign }] }, { items: [own] }, 1],
    ['with a company that is no text', [{ companyId: null }, { companyId: ['northgate'] }, own], [own], 2],
    ['as the answer itself', foreign, undefined, 1],
    ['as the only member of the answer', { device: foreign }, undefined, 1],
    ['nowhere', { items: [own], nextCursor: 'x' }, { items: [own], nextCursor: 'x' }, 0],
  ])('is dropped: %s', (_, answer, rest, dropped) => {
    expect(drop(answer)).toEqual({ answer: rest, dropped });
  });

  it('is not looked for in an answer of a depth that nobody honest needs', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(() => drop(deep)).toThrow(RangeError);
  });
});
