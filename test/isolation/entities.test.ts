/**
 * References as the gateway sends them to a subgraph, sent by somebody who has its certificate and a token of a
 * persona's: whatever stands beside the id, and whosever's the id is, the persona sees of their own company alone.
 */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { PERSONAS, type Persona } from '@commonhold/development/personas.ts';
import { createAuthorization } from '@commonhold/gateway/authorization/authorization.ts';
import { subgraphClaims } from '@commonhold/gateway/execution/subgraph-claims.ts';
import { encodeId } from '@commonhold/kit/tenancy/ids.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { SUPERGRAPH_FILE } from '@commonhold/schema/generated-files.ts';
import { readSchema, readSchemaText } from '@commonhold/schema/read-schema.ts';
import { SUBGRAPHS } from '@commonhold/schema/subgraphs.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isInterfaceType } from 'graphql';
import { z } from 'zod';
import { callSubgraph, identityOf, type SubgraphCaller } from '../policy/subgraph-caller.ts';
import { ask } from '../system/client.ts';
import { comparable } from './answers.ts';
import { leaksOf } from './leaks.ts';
import { wrongCalls } from './partner-calls.ts';
import { entitiesQuery, type Representation, randomMixture, referenceTypes } from './references.ts';
import { type Bench, createBench } from './surroundings.ts';

const MIXTURES = 60;
const GREATEST_MILLISECONDS = 180_000;
const numbers = fc.array(fc.nat(0xffff), { minLength: 20, maxLength: 100, size: 'max' });

const authorization = createAuthorization(await readSchemaText([SUPERGRAPH_FILE]));
const subgraphs = await Promise.all(
  SUBGRAPHS.map(async (entry) => {
    const document = await readSchema(entry.schemaFiles);
    return { name: entry.name, entry, schema: buildSubgraphSchema([{ typeDefs: document, resolvers: {} }]) };
  }),
);

/** Types that a subgraph only points at: it gives none of them. */
const POINTED_AT: Readonly<Record<string, readonly string[]>> = { communal: ['Property', 'Device'] };
const DISPATCHER = findPersona('dispatcher@northgate.example');

let bench: Bench;
beforeAll(async () => {
  bench = await createBench();
}, 60_000);
afterAll(() => bench?.close());

describe.each(subgraphs)('at $name', ({ name, entry, schema }) => {
  const types = referenceTypes(schema);
  const query = entitiesQuery(schema);
  const extended = name === 'directory' ? [] : ['Residence'];
  let gateway: SubgraphCaller;

  beforeAll(async () => {
    gateway = callSubgraph(await identityOf('gateway'), name);
  });
  afterAll(() => gateway?.close());

  const send = async (persona: Persona, body: unknown) => {
    const requestId = crypto.randomUUID();
    const token = await mintServiceToken(await identityOf('gateway'), name, claimsOf(persona));
    const { status, body: text } = await gateway.send(token, body, { headers: { 'x-request-id': requestId } });
    return { status, text, requestId };
  };
  const askFor = (persona: Persona, representations: readonly Representation[]) =>
    send(persona, { query, variables: { representations } });

  const claimsOf = ({ subject, company, role, residences }: Persona) => {
    const now = Date.now();
    const login = {
      acr: undefined,
      amr: [],
      authTime: Math.floor(now / 1000),
      isMultiFactor: true,
      isPhishingResistant: false,
    };
    const grants = [{ role, residences }];
    const principal = {
      kind: 'person',
      subject,
      tenant: company,
      client: 'frontend',
      tokenId: 'test',
      session: undefined,
      scheme: 'Bearer',
      binding: undefined,
      expiresAt: now + 300_000,
      accessVersion: Number.MAX_SAFE_INTEGER,
      login,
      grants,
      withheld: [],
      isBriefingDue: false,
    } as const;
    return subgraphClaims(principal, entry, authorization.scopesOf(name), now);
  };

  it(
    'gives of any mixture what is theirs, in its place, as if all else did not exist',
    async () => {
      let asked = 0;
      let given = 0;
      const mixtures = numbers.map((list) => randomMixture(list, { types, extended, idsFor: bench.idsFor }));
      await fc.assert(
        fc.asyncProperty(mixtures, async ({ persona, forged, plain, strangers }) => {
          const [answer, expected] = await Promise.all([askFor(persona, forged), askFor(persona, plain)]);
          expect(comparable(answer.status, answer.text)).toEqual(comparable(expected.status, expected.text));
          expect(leaksOf(bench.otherOf(persona.company), answer.text)).toEqual([]);
          expect(await wrongCalls(answer.requestId, persona.company, strangers, bench)).toEqual([]);
          expect(answer.text).not.toContain('INTERNAL_SERVER_ERROR');
          const entities = entitiesIn(answer.text);
          const ids = entities.map((entity) => entity && idOf(entity));
          expect(ids).toEqual(plain.map(({ id }, index) => (entities[index] ? id : null)));
          asked += entities.length;
          given += entities.filter((entity) => entity !== null).length;
        }),
        { numRuns: MIXTURES, endOnFailure: true },
      );
      expect(given / asked).toBeGreaterThan(0.05);
    },
    GREATEST_MILLISECONDS,
  );

  const owned = [...types].filter(([type, idType]) => type === idType && !POINTED_AT[name]?.includes(type));

  it.each(owned)('gives no %s of the other company, and asks nobody for it', async (type, idType) => {
    const persona = PERSONAS.find(({ company, role, residences }) => {
      const isSeen = typesOf(type).every((kind) => bench.permissions.visibility(role, kind, 'id') !== 'none');
      return company === 'northgate' && isSeen && residences === undefined;
    });
    const [own, foreign] = ['northgate', 'riverside'].map((company) => {
      const [first] = bench.estates.find(({ tenant }) => tenant === company)?.ids.get(idType) ?? [];
      return first && encodeId(first);
    });
    if (!persona || !own || !foreign) throw new TypeError(`nobody sees ${type}`);
    const ids = [foreign, own, 'x', null, 7, { toString: own }, [own], foreign, own, undefined];
    const { text, requestId } = await askFor(
      persona,
      ids.map((id) => ({ __typename: type, id })),
    );
    const seen = entitiesIn(text).map((entity) => entity && idOf(entity));
    expect(seen).toEqual(ids.map((id) => (id === own ? own : null)));
    expect(leaksOf(bench.otherOf('northgate'), text)).toEqual([]);
    expect(await wrongCalls(requestId, 'northgate', [], bench)).toEqual([]);
    const alone = await askFor(persona, [{ __typename: type, id: foreign }]);
    expect(await callsFor(alone.requestId)).toEqual([]);
  });

  const typesOf = (type: string): readonly string[] => {
    const found = schema.getType(type);
    return isInterfaceType(found) ? schema.getPossibleTypes(found).map((kind) => kind.name) : [type];
  };

  const callsFor = async (requestId: string) =>
    (await Promise.all(Object.values(bench.sandboxes).map((sandbox) => sandbox.calls(requestId)))).flat();

  it.each([
    ['__proto__', '{ "__proto__": { "tenant": "riverside" } }'],
    ['constructor.prototype', '{ "constructor": { "prototype": { "tenant": "riverside" } } }'],
  ])('takes no reference that would change what objects are, by %s', async (_, forged) => {
    const [type = ''] = types.keys();
    const fields: object = JSON.parse(forged);
    const representations = [{ __typename: type, id: 'x', ...fields }];
    const { status, text } = await askFor(DISPATCHER, representations);
    expect(status).toBe(400);
    expect(text).not.toContain('"data"');
  });

  it('does not tell its schema', async () => {
    const { text } = await send(DISPATCHER, { query: '{ _service { sdl } __schema { types { name } } }' });
    expect(text).not.toMatch(/type Query|"types"|_Entity/);
  });
});

describe('the gateway', () => {
  it.each([
    '{ _service { sdl } }',
    '{ _entities(representations: [{ __typename: "Residence", id: "x" }]) { __typename } }',
    'query ($r: [_Any!]!) { x: _entities(representations: $r) { ... on Residence { id } } }',
  ])('knows nothing of references and of the schemas of subgraphs: %s', async (query) => {
    const { status, body } = await ask(DISPATCHER.email, query, { r: [] });
    expect([status, body.data]).toEqual([400, undefined]);
    expect(body.errors?.map(({ extensions }) => extensions?.['code'])).toContain('GRAPHQL_VALIDATION_FAILED');
  });

  it('does not name them when it is asked what there is', async () => {
    const { text } = await ask(
      DISPATCHER.email,
      '{ __schema { types { name } directives { name } queryType { fields { name } } } }',
    );
    expect(text).not.toMatch(/_entities|_service|_Any|_Entity|_Service|join__|link__/);
  });
});

const answered = z.object({ data: z.object({ _entities: z.array(z.record(z.string(), z.unknown()).nullable()) }) });

function entitiesIn(text: string): readonly (Readonly<Record<string, unknown>> | null)[] {
  return answered.parse(JSON.parse(text)).data._entities;
}

function idOf(entity: Readonly<Record<string, unknown>>): unknown {
  return entity[`${String(entity['__typename'])}_id`];
}

function findPersona(email: string): Persona {
  for (const persona of PERSONAS) if (persona.email === email) return persona;
  throw new TypeError(`nobody is called ${email}`);
}
