import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { composeSupergraph } from '../compose-supergraph.ts';
import { ANONYMOUS_RIGHTS, isSatisfied, type Rights } from '../requirement.ts';
import { type PolicyIndex, requirementsOf } from './requirements-of.ts';

const LINK = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: ["@key", "@authenticated", { name: "@requiresScopes", as: "@scopes" }]
)`;

const SDL = `${LINK}
  type Query { flat: Flat @authenticated, thing: Thing @authenticated }
  type Flat @key(fields: "id") @scopes(scopes: [["flat"]]) {
    id: ID!
    owner: String @federation__policy(policies: [["personal"], ["court", "order"]])
    secret: Secret
    mood: Mood
  }
  extend type Flat @authenticated { rooms: Int! }
  interface Thing { name: String!, weight: Int }
  type Lamp implements Thing @scopes(scopes: [["lamp"]]) { name: String!, weight: Int }
  type Safe implements Thing @scopes(scopes: [["safe"]]) { name: String!, weight: Int @authenticated }
  scalar Secret @scopes(scopes: [["secret"]])
  enum Mood @authenticated { GOOD }
`;

describe.each([
  ['a subgraph', (sdl: string) => sdl],
  ['a supergraph', (sdl: string) => composed(sdl)],
])('in %s, a field', (_kind, documentOf) => {
  const index = requirementsOf(parse(documentOf(SDL)));

  it('asks what its type asks, its extensions included', () => {
    expect(allows(index, 'Flat', 'id', holding({ scopes: ['flat'] }))).toBe(true);
    expect(allows(index, 'Flat', 'rooms', holding({ scopes: [] }))).toBe(false);
    expect(allows(index, 'Flat', 'rooms', { ...holding({ scopes: ['flat'] }), authenticated: false })).toBe(false);
  });

  it('asks for one of the alternatives, and all of its names', () => {
    const owner = (policies: readonly string[]) =>
      allows(index, 'Flat', 'owner', holding({ scopes: ['flat'], policies }));
    expect(owner([])).toBe(false);
    expect(owner(['personal'])).toBe(true);
    expect(owner(['court'])).toBe(false);
    expect(owner(['court', 'order'])).toBe(true);
  });

  it('asks what the scalar or enum asks that it returns', () => {
    expect(allows(index, 'Flat', 'secret', holding({ scopes: ['flat'] }))).toBe(false);
    expect(allows(index, 'Flat', 'secret', holding({ scopes: ['flat', 'secret'] }))).toBe(true);
    expect(allows(index, 'Flat', 'mood', ANONYMOUS_RIGHTS)).toBe(false);
  });

  it('of an interface asks what every object with that interface asks', () => {
    expect(allows(index, 'Thing', 'name', holding({ scopes: ['lamp'] }))).toBe(false);
    expect(allows(index, 'Thing', 'name', holding({ scopes: ['lamp', 'safe'] }))).toBe(true);
    expect(index.field('Thing', 'weight')).toContainEqual({ authenticated: true, scopes: [], policies: [] });
  });

  it('of a type that nobody knows asks nothing', () => {
    expect(index.field('Nothing', 'at all')).toEqual([]);
    expect(index.type('Nothing')).toEqual([]);
  });
});

describe('a directive', () => {
  it.each(['"a"', '["a"]', '[["a"]]'])('reads %s as GraphQL does', (scopes) => {
    const index = requirementsOf(parse(`${LINK} type Query { a: Int @scopes(scopes: ${scopes}) }`));
    expect(index.field('Query', 'a')).toEqual([{ authenticated: false, scopes: [['a']], policies: [] }]);
  });

  it.each(['[]', '[[]]', '[["a"], []]', '[[1]]', 'null'])('that says %s is refused', (scopes) => {
    expect(() => requirementsOf(parse(`${LINK} type Query { a: Int @scopes(scopes: ${scopes}) }`))).toThrow(
      '@scopes on a names nothing',
    );
  });
});

function composed(sdl: string): string {
  return composeSupergraph([{ name: 'flats', routingUrl: 'https://localhost/graphql', document: parse(sdl) }]);
}

function holding({ scopes = [], policies = [] }: { scopes?: readonly string[]; policies?: readonly string[] }): Rights {
  return { authenticated: true, scopes: new Set(scopes), policies: new Set(policies) };
}

function allows(index: PolicyIndex, type: string, field: string, rights: Rights): boolean {
  return isSatisfied(rights, index.field(type, field));
}
