import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { type PolicyDirective, policyDirectiveNames } from './policy-directive-names.ts';

const FEDERATION = 'https://specs.apollo.dev/federation/v2.9';

describe('the names of the policy directives', () => {
  it.each([
    ['imported', `@link(url: "${FEDERATION}", import: ["@policy"])`, 'policy'],
    ['imported as another', `@link(url: "${FEDERATION}", import: [{ name: "@policy", as: "@rule" }])`, 'rule'],
    ['not imported', `@link(url: "${FEDERATION}", import: ["@key"])`, 'federation__policy'],
    ['not imported, without a list', `@link(url: "${FEDERATION}")`, 'federation__policy'],
    ['not imported, in a namespace', `@link(url: "${FEDERATION}", as: "fed")`, 'fed__policy'],
    ['of a linked feature', '@link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY)', 'policy'],
    ['of a feature with a namespace', '@link(url: "https://specs.apollo.dev/policy/v0.1", as: "rule")', 'rule'],
    [
      'of a feature with an import',
      '@link(url: "https://specs.apollo.dev/policy/v0.1", import: [{ name: "@policy", as: "@rule" }])',
      'rule',
    ],
    ['by a renamed @link', `@uses(url: "${FEDERATION}", import: [{ name: "@policy", as: "@rule" }])`, 'rule'],
  ])('are found when %s', (_case, link, name) => {
    expect(namesOf(`extend schema ${link}`, 'policy')).toEqual([name]);
    expect(namesOf(`schema ${link} { query: Query }`, 'policy')).toEqual([name]);
  });

  it.each(['authenticated', 'requiresScopes', 'policy'] as const)('hold for @%s', (directive) => {
    const sdl = `extend schema @link(url: "${FEDERATION}", import: [{ name: "@${directive}", as: "@mine" }])`;
    expect(namesOf(sdl, directive)).toEqual(['mine']);
  });

  it.each([
    ['nothing is linked', 'type Query { a: Int }'],
    ['another specification is', 'extend schema @link(url: "https://specs.apollo.dev/tag/v0.3")'],
    ['somebody else has a specification of that name', 'extend schema @link(url: "https://example.com/policy/v0.1")'],
    ['a directive happens to be called so', 'directive @policy on OBJECT\ntype Query { a: Int }'],
  ])('are none when %s', (_case, sdl) => {
    expect(namesOf(sdl, 'policy')).toEqual([]);
  });
});

function namesOf(sdl: string, directive: PolicyDirective): readonly string[] {
  return [...policyDirectiveNames(parse(sdl))[directive]];
}
