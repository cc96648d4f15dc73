/**
 * Each subgraph refuses by itself: whoever has the gateway's certificate and a token that was made for somebody's role
 * gets with it what that role sees, and nothing else.
 */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { PERSONAS, type Persona } from '@commonhold/development/personas.ts';
import { createAuthorization } from '@commonhold/gateway/authorization/authorization.ts';
import { subgraphClaims } from '@commonhold/gateway/execution/subgraph-claims.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { SUPERGRAPH_FILE } from '@commonhold/schema/generated-files.ts';
import { FRESH_MFA_SECONDS } from '@commonhold/schema/policy.ts';
import { readSchema, readSchemaText } from '@commonhold/schema/read-schema.ts';
import { SUBGRAPHS, type SubgraphEntry } from '@commonhold/schema/subgraphs.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callsOfPartners, codesByPath, deniedPaths, leakedPaths, unansweredFields } from './answers.ts';
import { type Examples, gatherExamples, NULL_HERE, typesBeyond } from './examples.ts';
import { type FieldPath, fieldOf, pathsToFields, type Step } from './field-paths.ts';
import { argumentsFrom } from './inputs.ts';
import { loadMatrix } from './matrix.ts';
import { type ArgumentValue, type Operation, operationOf, valuesAt } from './operation.ts';
import type { TestLogin } from './second-gateway.ts';
import { callSubgraph, identityOf, type SubgraphCaller } from './subgraph-caller.ts';

const matrix = await loadMatrix();
const authorization = createAuthorization(await readSchemaText([SUPERGRAPH_FILE]));
const documents = await Promise.all(
  SUBGRAPHS.map(async (entry) => ({ name: entry.name, entry, document: await readSchema(entry.schemaFiles) })),
);

/** Seen, but null when a subgraph is asked by itself. */
const NULL_AT_SUBGRAPH: Readonly<Record<string, string>> = {
  ...NULL_HERE,
  'Residence.consumptionPerSquareMeter': 'the area comes with a reference',
  'RoleGrant.residences': 'this grant is for the company',
  'RoleGrant.properties': 'this grant is for the company',
};

const examples = new Map<string, Examples>();
beforeAll(async () => {
  for (const company of ['northgate', 'riverside']) {
    examples.set(company, await gatherExamples(`${company}.example`));
  }
});

describe.each(documents)('at $name', ({ entry, document }) => {
  const schema = buildSubgraphSchema([{ typeDefs: document, resolvers: {} }]);
  let gateway: SubgraphCaller;

  beforeAll(async () => {
    gateway = callSubgraph(await identityOf('gateway'), entry.name);
  });
  afterAll(() => gateway?.close());

  describe.each(PERSONAS)('a token for $email', (persona) => {
    const { company, role, residences } = persona;
    const isSeen = (step: Step): boolean => step.fieldName === '_entities' || matrix.isSeen(role, step);
    const isAsked = (step: Step): boolean => !isExternal(step) && step.fieldName !== '_service';
    const isExternal = (step: Step): boolean =>
      fieldOf(schema, step).astNode?.directives?.some(({ name }) => name.value === 'external') ?? false;

    const askFor = async (kind: 'query' | 'mutation', paths: readonly FieldPath[], login: TestLogin = {}) => {
      const given = examples.get(company);
      if (!given) throw new Error('nothing was gathered');
      const operation = operationOf(schema, kind, paths, withReferences(argumentsFrom(schema, given), given));
      const requestId = crypto.randomUUID();
      const token = await tokenFor(persona, entry, login);
      const body = await gateway.ask(token, operation, { headers: { 'x-request-id': requestId } });
      const data = body.data;
      const seen = operation.fields.filter(({ path }) => path.every(isSeen));
      return {
        operation,
        errors: new Set(codesByPath(body).map((text) => text.replaceAll(/\.\d+(?=\.|$)/g, '.@'))),
        expectedErrors: new Set(deniedPaths(schema, withParents(operation, data), isSeen, 'FORBIDDEN')),
        leaked: leakedPaths(schema, data, operation, isSeen),
        unanswered: unansweredFields(schema, data, seen).filter((name) => !(name in NULL_AT_SUBGRAPH)),
        beyond: typesBeyond(given, residences),
        requestId,
      };
    };

    /** Without the fields of objects that aren't there. */
    const withParents = ({ fields }: Operation, data: unknown): Pick<Operation, 'fields'> => ({
      fields: fields.filter((field) => {
        const denied = field.path.findIndex((step) => !isSeen(step));
        return denied <= 0 || valuesAt(schema, data, field, denied).some(({ value }) => hasObject(value));
      }),
    });

    it('reads by root fields what the role sees, and is refused the rest', async () => {
      const isOpen = (step: Step): boolean => isAsked(step) && step.fieldName !== '_entities';
      const answer = await askFor('query', pathsToFields({ schema, root: 'Query', isSeen, isOpen }));
      expect(answer.errors).toEqual(answer.expectedErrors);
      expect(answer.leaked).toEqual([]);
      expect(answer.unanswered.filter((name) => !answer.beyond.includes(name.split('.')[0] ?? ''))).toEqual([]);
    });

    it('reads by references what the role sees, and is refused the rest', async () => {
      const isOpen = (step: Step): boolean =>
        isAsked(step) && (step.typeName !== 'Query' || step.fieldName === '_entities');
      const paths = pathsToFields({ schema, root: 'Query', isSeen, isOpen }).filter((path) => path.length > 1);
      const answer = await askFor('query', paths);
      expect(answer.errors).toEqual(answer.expectedErrors);
      expect(answer.leaked).toEqual([]);
      const elsewhere = new Set([...answer.beyond, ...onlyPointedAt(entry)]);
      expect(answer.unanswered.filter((name) => !elsewhere.has(name.split('.')[0] ?? ''))).toEqual([]);
    });

    const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {}).map(
      (fieldName): FieldPath => [{ typeName: 'Mutation', fieldName }],
    );
    const refused = [
      [
        'changes nothing that the role does not see',
        mutations.filter((path) => !path.every(isSeen)),
        { isStrong: true },
      ],
      [
        'changes nothing that asks for a fresh login when the login is old',
        mutations.filter(matrix.needsFreshLogin),
        { secondsAgo: FRESH_MFA_SECONDS + 1, isStrong: true },
      ],
      [
        'changes nothing that asks for a strong login when the login could be phished',
        mutations.filter(matrix.needsStrongLogin),
        {},
      ],
    ] as const;
    for (const [name, paths, login] of refused) {
      if (paths.length === 0) continue;
      it(name, async () => {
        const answer = await askFor('mutation', paths, login);
        expect(answer.errors).toEqual(new Set(paths.map((_, index) => `FORBIDDEN f${index}`)));
        expect(answer.leaked).toEqual([]);
        expect(await callsOfPartners(answer.requestId)).toEqual([]);
      });
    }
  });
});

/** The token that the gateway makes for this subgraph when the persona asks. */
async function tokenFor(
  persona: Persona,
  entry: SubgraphEntry,
  { secondsAgo = 0, isStrong = false }: TestLogin,
): Promise<string> {
  const { subject, company, role, residences } = persona;
  const now = Date.now();
  const authTime = Math.floor(now / 1000) - secondsAgo;
  const principal = {
    kind: 'person',
    subject,
    tenant: company,
    client: 'frontend',
    tokenId: 'stolen',
    session: undefined,
    scheme: 'Bearer',
    binding: undefined,
    expiresAt: now + 300_000,
    login: { acr: undefined, amr: [], authTime, isMultiFactor: true, isPhishingResistant: isStrong },
    accessVersion: Number.MAX_SAFE_INTEGER,
    grants: [{ role, residences }],
    withheld: [],
    isBriefingDue: false,
  } as const;
  const claims = subgraphClaims(principal, entry, authorization.scopesOf(entry.name), now);
  return mintServiceToken(await identityOf('gateway'), entry.name, claims);
}

function withReferences(given: ArgumentValue, { ids }: Examples): ArgumentValue {
  return (step, next, argument) =>
    argument.name === 'representations'
      ? [{ __typename: next?.typeName, id: ids.get(next?.typeName ?? ''), areaSquareMeters: '50.00' }]
      : given(step, next, argument);
}

/** Types of which this subgraph knows nothing but that there are ids of them. */
function onlyPointedAt({ name }: SubgraphEntry): readonly string[] {
  return name === 'communal' ? ['Property', 'SmartMeter'] : [];
}

function hasObject(value: unknown): boolean {
  return Array.isArray(value) ? value.some(hasObject) : value != null;
}
