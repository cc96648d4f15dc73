/**
 * What is had by way of something that a role doesn't see is denied with it. The product's roles see the keys and
 * requirements of what they see; so a second gateway serves supergraphs in which they don't.
 */
import { readFile } from 'node:fs/promises';
import { COMPANIES } from '@commonhold/development/estate.ts';
import { PERSONAS } from '@commonhold/development/personas.ts';
import { SUPERGRAPH_FILE } from '@commonhold/schema/generated-files.ts';
import type { Role } from '@commonhold/schema/policy.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callsOfPartners, codesByPath, deniedPaths, leakedPaths } from './answers.ts';
import { type Examples, gatherExamples } from './examples.ts';
import type { Step } from './field-paths.ts';
import { type Findings, startFindings } from './findings.ts';
import { argumentsFrom } from './inputs.ts';
import { loadMatrix } from './matrix.ts';
import { operationOf } from './operation.ts';
import { type SecondGateway, startSecondGateway } from './second-gateway.ts';

const matrix = await loadMatrix();
const supergraph = await readFile(SUPERGRAPH_FILE, 'utf8');
const FOR_PEOPLE = '@requiresScopes(scopes: [["person:read"]])';

let examples: Examples;
beforeAll(async () => {
  examples = await gatherExamples('northgate.example');
});

function persona(role: Role) {
  const found = PERSONAS.find((candidate) => candidate.role === role && candidate.company === 'northgate');
  if (!found) throw new Error(`there is no ${role}`);
  return found;
}

/** The product's supergraph with `written` after the first place where `pattern` is found. */
function supergraphWith(pattern: RegExp, written: string): string {
  const altered = supergraph.replace(pattern, (text) => `${text} ${written}`);
  if (altered === supergraph) throw new Error('the supergraph has no such place');
  return altered;
}

function served(sdl: string): { readonly gateway: () => SecondGateway } {
  let gateway: SecondGateway;
  beforeAll(async () => {
    gateway = await startSecondGateway(sdl);
  });
  afterAll(() => gateway?.stop());
  return { gateway: () => gateway };
}

describe('a field whose requirement is not seen', () => {
  const { gateway } = served(supergraphWith(/\n {2}areaSquareMeters: String!.*/, FOR_PEOPLE));
  const query = 'query ($id: ID!) { residence(id: $id) { number consumptionPerSquareMeter } }';

  it('is an error, and is not computed without it', async () => {
    const variables = { id: examples.ids.get('Residence') };
    const { body, requestId } = await gateway().ask(persona('ANALYST'), query, variables);
    expect(body.data).toEqual({ residence: { number: expect.any(String), consumptionPerSquareMeter: null } });
    expect(codesByPath(body)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE residence.consumptionPerSquareMeter']);
    expect(await callsOfPartners(requestId)).toEqual([]);
  });

  it('is read by whoever sees both', async () => {
    const { body } = await gateway().ask(persona('DISPATCHER'), query, { id: examples.ids.get('Residence') });
    expect(body).toEqual({
      data: { residence: { number: expect.any(String), consumptionPerSquareMeter: expect.any(String) } },
    });
  });
});

describe('a field that is had by a key that is not seen', () => {
  const { gateway } = served(
    supergraphWith(/\ntype Residence\n[^{]*\{\n {2}"""Opaque id\."""\n {2}id: ID!/, FOR_PEOPLE),
  );
  const query =
    '{ residences(first: 1) { nodes { number devices { nodes { name } } account { meters { serial } } } } }';

  it('is an error, and the other subgraph is not asked', async () => {
    const { body, requestId } = await gateway().ask(persona('ANALYST'), query);
    expect(body.data).toEqual({
      residences: { nodes: [{ number: expect.any(String), devices: null, account: null }] },
    });
    expect(codesByPath(body)).toEqual(
      ['account', 'devices'].map((name) => `UNAUTHORIZED_FIELD_OR_TYPE residences.nodes.@.${name}`),
    );
    expect(await callsOfPartners(requestId)).toEqual([]);
  });

  it('is read by whoever sees both', async () => {
    const { body } = await gateway().ask(persona('DISPATCHER'), query);
    expect(body.errors).toBeUndefined();
  });
});

describe('a field of an object behind a union', () => {
  let findings: Findings;
  let gateway: SecondGateway;
  beforeAll(async () => {
    findings = await startFindings();
    gateway = await startSecondGateway(findings.supergraph);
  });
  afterAll(async () => {
    await gateway?.stop();
    await findings?.stop();
  });

  it('is denied as elsewhere', async () => {
    findings.find(
      (['Residence', 'MotionSensor'] as const).map((name) => ({ __typename: name, id: examples.ids.get(name) ?? '' })),
    );
    const { body, text } = await gateway.ask(
      persona('ANALYST'),
      `{ found { __typename
        ... on Residence { number who: occupants { name } }
        ... on Device { reachable ... on MotionSensor { occupied } }
        ... on MotionSensor { name events { nodes { kind } } }
      } }`,
    );
    expect(codesByPath(body)).toEqual(
      ['events', 'occupied', 'who'].map((name) => `UNAUTHORIZED_FIELD_OR_TYPE found.@.${name}`),
    );
    expect(body.data).toEqual({
      found: [
        { __typename: 'Residence', number: expect.any(String), who: null },
        {
          __typename: 'MotionSensor',
          reachable: expect.any(Boolean),
          occupied: null,
          name: expect.any(String),
          events: null,
        },
      ],
    });
    expect(text).not.toContain('"kind"');
  });
});

describe('a supergraph that gives the directives of policy other names', () => {
  const { gateway } = served(
    supergraph
      .replace(/(requiresScopes\/v0\.1",)/, '$1 as: "needs",')
      .replace(/(policy\/v0\.1",)/, '$1 as: "rule",')
      .replaceAll('@requiresScopes(', '@needs(')
      .replaceAll('requiresScopes__', 'needs__')
      .replaceAll('@policy(', '@rule(')
      .replaceAll('policy__', 'rule__'),
  );

  it.each(PERSONAS.filter(({ company }) => company === COMPANIES[0]?.key))('denies $role the same', async (who) => {
    const isSeen = (step: Step): boolean => matrix.isSeen(who.role, step);
    const { schema } = matrix;
    const operation = operationOf(schema, 'query', matrix.queryPaths(who.role), argumentsFrom(schema, examples));
    const { body } = await gateway().ask(who, operation.query, operation.variables);
    expect(codesByPath(body)).toEqual(deniedPaths(schema, operation, isSeen));
    expect(leakedPaths(schema, body.data, operation, isSeen)).toEqual([]);
  });
});
