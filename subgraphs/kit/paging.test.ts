import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GraphQLError } from 'graphql';
import { connectionOf, encodeCursor, parsePage } from './paging.ts';
import { tenantId } from './tenancy/ids.ts';

const SCOPE = { tenant: tenantId('northgate'), list: 'devices' };
const ALL = ['a', 'b', 'c', 'd', 'e'];
const page = (args: { first?: number | null; after?: string | null }) => connectionOf(ALL, args, SCOPE, (key) => key);

describe('a page', () => {
  it('follows another until there is none', () => {
    const first = page({ first: 2 });
    const second = page({ first: 2, after: first.pageInfo.endCursor });
    const third = page({ first: 2, after: second.pageInfo.endCursor });
    expect([first, second, third].map(({ nodes }) => nodes)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect([first, second, third].map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([true, true, false]);
  });

  it('of nothing ends nowhere', () => {
    expect(connectionOf([], {}, SCOPE, String)).toEqual({
      edges: [],
      nodes: [],
      pageInfo: { hasNextPage: false, endCursor: null },
    });
  });

  it.each([0, -1, 101, 1e9, 1.5])('has no size of %d', (first) => {
    expect(() => page({ first })).toThrow(/`first`/);
  });

  it.each([
    ['another company', encodeCursor('a', { ...SCOPE, tenant: tenantId('riverside') })],
    ['another list', encodeCursor('a', { ...SCOPE, list: 'scenes' })],
    ['a node that is gone', encodeCursor('z', SCOPE)],
    ['another spelling', `${encodeCursor('a', SCOPE)}=`],
    ['nowhere', 'AAAA'],
  ])('does not follow a cursor of %s', (_, after) => {
    expect(() => page({ after })).toThrow(/`after`/);
  });

  it('has a cursor that is short and tells nothing of the list, whatever that is called by', () => {
    const list = { ...SCOPE, list: `devices:${'riverside-p01-r01,'.repeat(100)}` };
    const { endCursor } = connectionOf(ALL, { first: 2 }, list, (key) => key).pageInfo;
    expect(Buffer.from(endCursor ?? '', 'base64url').toString()).not.toMatch(/riverside|northgate|devices/);
    expect(connectionOf(ALL, { after: endCursor }, list, (key) => key).nodes).toEqual(['c', 'd', 'e']);
  });

  it('answers nonsense as wrong input', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (after) => {
        try {
          parsePage({ after }, SCOPE);
          throw new Error('taken');
        } catch (error) {
          expect(error instanceof GraphQLError && error.extensions['code']).toBe('BAD_USER_INPUT');
        }
      }),
    );
  });

  it('goes on at any position', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), (position) => {
        expect(parsePage({ after: encodeCursor(position, SCOPE) }, SCOPE).after).toBe(position);
      }),
    );
  });
});
