/** A field that a role doesn't see is seen by no other way of writing either. */
import { COMPANIES } from '@commonhold/development/estate.ts';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ask } from '../system/client.ts';
import { callsOfPartners, codesByPath } from './answers.ts';
import { gatherExamples } from './examples.ts';

const OCCUPANTS = 'occupants { id name email phone }';
const EVENTS = 'events { nodes { id kind occurredAt } edges { node { kind } } }';
const HOME = 'residence(id: $residence)';
const LOCK = 'device(id: $lock)';

/** Ways to what an analyst doesn't see: who lives somewhere, and who came and went. */
const WAYS: readonly (readonly [way: string, query: string, path: string])[] = [
  ['under its name', `${HOME} { number ${OCCUPANTS} }`, 'residence.occupants'],
  ['by an alias', `${HOME} { number them: ${OCCUPANTS} }`, 'residence.them'],
  ['by the alias of a field that is seen', `${HOME} { floor: ${OCCUPANTS} number }`, 'residence.floor'],
  ['below an alias', `mine: ${HOME} { number ${OCCUPANTS} }`, 'mine.occupants'],
  ['by its type alone', `${HOME} { number occupants { __typename } }`, 'residence.occupants'],
  ['by an inline fragment', `${HOME} { number ... on Residence { ${OCCUPANTS} } }`, 'residence.occupants'],
  ['by a fragment without a type', `${HOME} { number ... { ${OCCUPANTS} } }`, 'residence.occupants'],
  ['by a named fragment', `${HOME} { number ...People }`, 'residence.occupants'],
  ['by a fragment in a fragment', `${HOME} { ...Outer }`, 'residence.occupants'],
  ['on the root, by a fragment', '...Root', 'residence.occupants'],
  ['beside itself', `${HOME} { number } ${HOME} { ${OCCUPANTS} }`, 'residence.occupants'],
  ['by an interface', `${LOCK} { name ... on DoorLock { ${EVENTS} } }`, 'device.events'],
  ['by an interface within', `${LOCK} { ... on Device { name ... on DoorLock { ${EVENTS} } } }`, 'device.events'],
  [
    'in a list',
    `devices(residences: [$residence]) { nodes { name ... on DoorLock { ${EVENTS} } } }`,
    'devices.nodes.@.events',
  ],
  [
    'in the edges of a list',
    `devices(residences: [$residence]) { edges { node { name ... on DoorLock { ${EVENTS} } } } }`,
    'devices.edges.@.node.events',
  ],
  ['from the other side', `account(id: $account) { residence { number ${OCCUPANTS} } }`, 'account.residence.occupants'],
  ['around a circle', `${LOCK} { residence { number ${OCCUPANTS} } }`, 'device.residence.occupants'],
  ['by @include with a variable', `${HOME} { number occupants @include(if: $yes) { name } }`, 'residence.occupants'],
  ['by @skip with a default', `${HOME} { number occupants @skip(if: $no) { name } }`, 'residence.occupants'],
  ['by @include on a fragment', `${HOME} { number ... @include(if: $yes) { ${OCCUPANTS} } }`, 'residence.occupants'],
];

/** Each may spread those that follow it. */
const FRAGMENTS = {
  Root: `fragment Root on Query { ${HOME} { number ...People } }`,
  Outer: `fragment Outer on Residence { number ...People }`,
  People: `fragment People on Residence { ${OCCUPANTS} }`,
};
const DECLARATIONS = ['$residence: ID!', '$lock: ID!', '$account: ID!', '$yes: Boolean!', '$no: Boolean! = false'];

/** A query with the fragments and variables that it uses, and no others. */
function documentOf(selection: string): string {
  const text = Object.entries(FRAGMENTS).reduce(
    (before, [name, fragment]) => (before.includes(`...${name}`) ? `${before} ${fragment}` : before),
    `{ ${selection} }`,
  );
  const declared = DECLARATIONS.filter((declaration) => text.includes(declaration.split(':')[0] ?? ''));
  return `query (${declared.join(', ')}) ${text}`;
}

describe.each(COMPANIES)('an analyst at $name', ({ domain }) => {
  const persona = `analyst@${domain}`;
  let variables: Readonly<Record<string, unknown>>;

  beforeAll(async () => {
    const { ids } = await gatherExamples(domain);
    variables = {
      residence: ids.get('Residence'),
      lock: ids.get('DoorLock'),
      account: ids.get('UtilityAccount'),
      yes: true,
    };
  });

  it.each(WAYS)('does not see it %s', async (_, selection, path) => {
    const { body, requestId, text } = await ask(persona, documentOf(selection), variables);
    expect(codesByPath(body)).toEqual([`UNAUTHORIZED_FIELD_OR_TYPE ${path}`]);
    expect(text).toMatch(/"(number|name)":"/);
    expect(text).not.toMatch(/"(email|kind|occurredAt)":|"Person"/);
    expect(await callsOfPartners(requestId)).not.toContain('queryDeviceEvents');
  });

  it('is told nothing of what a variable leaves out', async () => {
    const query = documentOf(`${HOME} { number occupants @include(if: $yes) { name } }`);
    const { body } = await ask(persona, query, { ...variables, yes: false });
    expect(body).toEqual({ data: { residence: { number: expect.any(String) } } });
  });

  it('does not see it by a representation', async () => {
    const { body } = await ask(persona, 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }', {
      r: [{ __typename: 'Residence', id: variables['residence'] }],
    });
    expect(body.data).toBeUndefined();
    expect(body.errors?.every(({ extensions }) => extensions?.['code'] === 'GRAPHQL_VALIDATION_FAILED')).toBe(true);
  });
});
