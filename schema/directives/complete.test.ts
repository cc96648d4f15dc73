import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { ROLES } from '../policy.ts';
import { readSchema } from '../read-schema.ts';
import { SUBGRAPHS } from '../subgraphs.ts';
import { assertEveryFieldHasPolicy } from './complete.ts';

const LINK = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: ["@key", "@authenticated", { name: "@policy", as: "@rule" }]
)`;

describe('an SDL', () => {
  it.each(SUBGRAPHS.map((subgraph) => [subgraph.name, subgraph] as const))('of %s is complete', async (name, entry) => {
    const document = await readSchema(entry.schemaFiles);
    expect(() => assertEveryFieldHasPolicy(document, name)).not.toThrow();
  });

  it.each([
    ['no directive at all', 'type Query { open: Int }'],
    ['another than the federation’s', 'directive @policy on FIELD_DEFINITION type Query { open: Int @policy }'],
    [
      'one under a name that it was not imported by',
      'type Query { open: Int @federation__policy(policies: "public") }',
    ],
    ['an interface with one only', 'type Query implements I { open: Int } interface I @authenticated { open: Int }'],
    ['an extension without one', 'type Query { a: Int @authenticated } extend type Query { open: Int }'],
  ])('whose field has %s is refused, and the field named', (_case, sdl) => {
    expect(() => assertEveryFieldHasPolicy(parse(`${LINK} ${sdl}`), 'communal')).toThrow(
      'Subgraph communal has fields without a policy (Query.open): put @authenticated',
    );
  });

  it.each([
    ['on the field', 'type Query { a: Int @authenticated }'],
    ['on the type', 'type Query @authenticated { a: Int }'],
    ['on the type’s extension', 'type Query { a: Int } extend type Query @authenticated { b: Int }'],
    ['that says public', 'type Query { a: Int @rule(policies: [["public"]]) }'],
    ['where the federation added fields', 'type Query { _service: _Service! } type _Service { sdl: String }'],
    ['where only inputs and interfaces have none', 'interface I { a: Int } input J { a: Int }'],
  ])('passes with a policy %s', (_case, sdl) => {
    expect(() => assertEveryFieldHasPolicy(parse(`${LINK} ${sdl}`), 'communal')).not.toThrow();
  });

  it.each([
    ['policy', '@rule(policies: [["personal-date"]])', 'policy "personal-date" on Query.a'],
    ['scope', '@federation__requiresScopes(scopes: [["device:reed"]])', 'scope "device:reed" on Query.a'],
    ['name that every object has', '@rule(policies: [["constructor"]])', 'policy "constructor" on Query.a'],
  ])('that names an unknown %s is refused, and the place named', (_case, directive, place) => {
    expect(() => assertEveryFieldHasPolicy(parse(`${LINK} type Query { a: Int ${directive} }`), 'communal')).toThrow(
      `Subgraph communal names what the vocabulary doesn't list (${place}): correct it`,
    );
  });

  it('that describes other roles than the vocabulary is refused', () => {
    const roles = Object.keys(ROLES).filter((role) => role !== 'ANALYST');
    expect(() => assertEveryFieldHasPolicy(parse(`enum Role { ${roles.join(' ')} JANITOR }`), 'directory')).toThrow(
      '(role "JANITOR", no role "ANALYST" in enum Role)',
    );
  });
});
