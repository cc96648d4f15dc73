/**
 * Who somebody is, what they may and whose something is can't be said by the client: an argument or an input field of
 * such a name is refused.
 */
import { PERSONAS } from '@commonhold/development/personas.ts';
import { encodeId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { ErrorCode } from '@commonhold/schema/error-codes.ts';
import { SUPERGRAPH_FILE } from '@commonhold/schema/generated-files.ts';
import { permissionsOf } from '@commonhold/schema/permissions.ts';
import { readSchema } from '@commonhold/schema/read-schema.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  buildASTSchema,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  parseValue,
  valueFromASTUntyped,
} from 'graphql';
import { type Answer, ask } from '../system/client.ts';
import { connectToSandbox, type SandboxConnection } from '../system/sandbox.ts';

const supergraph = await readSchema([SUPERGRAPH_FILE]);
const schema = buildASTSchema(supergraph, { assumeValid: true, assumeValidSDL: true });
const permissions = permissionsOf(supergraph);

/** Names and values as they stand in a document. */
const FORGED = [
  ['tenant', '"riverside"'],
  ['companyId', '"riverside"'],
  ['subject', '"riverside-resident"'],
  ['role', '"COMPANY_ADMIN"'],
  ['scopes', '["grant:read"]'],
  ['policies', '["personal-data", "fresh-mfa", "strong-mfa"]'],
  ['residences', 'null'],
  ['residenceRef', '"riverside-p01-r01"'],
  ['status', '"DONE"'],
  ['id', '"x"'],
  ['createdAt', '"2026-01-01T00:00:00Z"'],
  ['constructor', '{}'],
] as const;

const NOWHERE = residenceKey('nowhere');
const ABSENT = encodeId({ tenant: tenantId('northgate'), type: 'Device', residence: NOWHERE, key: NOWHERE });
const SCALARS: Readonly<Record<string, string>> = {
  ID: `"${ABSENT}"`,
  Boolean: 'true',
  Int: '1',
  DateTime: `"${new Date(Date.now() + 60 * 60 * 1000).toISOString()}"`,
};

interface InputPlace {
  readonly mutation: string;
  readonly input: GraphQLInputType;
  /** The input itself, or one within it. */
  readonly within: GraphQLInputObjectType;
}

const places = Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap(({ name, args }) =>
  args.flatMap(({ type: input }) =>
    inputObjectsIn(input).map((within): InputPlace => ({ mutation: name, input, within })),
  ),
);

describe.each(places.map((place) => [place.within.name, place.mutation, place] as const))(
  'a %s in Mutation.%s',
  (_within, mutation, { input, within }) => {
    const forged = FORGED.filter(([field]) => !Object.hasOwn(within.getFields(), field));

    it('is taken as it is described', async () => {
      const answer = await ask(personaFor('Mutation', mutation), byVariable(mutation, input), {
        input: valueIn(literal(input)),
      });
      expect(answer.status).toBe(200);
    });

    it.each(forged)('has no field %s in variables', async (field, value) => {
      const variables = { input: valueIn(literal(input, { within, text: `${field}: ${value}` })) };
      const answer = await ask(personaFor('Mutation', mutation), byVariable(mutation, input), variables);
      await expectRefused(answer, 'BAD_USER_INPUT', field);
    });

    it.each(forged)('has no field %s in the document', async (field, value) => {
      const text = literal(input, { within, text: `${field}: ${value}` });
      const answer = await ask(
        personaFor('Mutation', mutation),
        `mutation { ${mutation}(input: ${text}) { __typename } }`,
      );
      await expectRefused(answer, 'GRAPHQL_VALIDATION_FAILED', field);
    });
  },
);

let sandboxes: readonly SandboxConnection[];
beforeAll(async () => {
  sandboxes = [await connectToSandbox('smart-home'), await connectToSandbox('communal')];
});
afterAll(async () => {
  await Promise.all(sandboxes.map((sandbox) => sandbox.close()));
});

const ROOT_FIELDS = [schema.getQueryType(), schema.getMutationType()].flatMap((root) =>
  Object.values(root?.getFields() ?? {}).map((field) => [root?.name ?? '', field.name, field] as const),
);

describe.each(ROOT_FIELDS)('%s.%s', (root, name, { args }) => {
  const forged = ['tenant', 'company', 'role', 'subject'].filter((word) => args.every((known) => known.name !== word));

  it.each(forged)('has no argument %s', async (argument) => {
    const query = `${root.toLowerCase()} { ${name}(${argument}: "riverside") { __typename } }`;
    await expectRefused(await ask(personaFor(root, name), query), 'GRAPHQL_VALIDATION_FAILED', argument);
  });
});

it('nobody says whose something is or what it has become, but where a role or a status is asked for', () => {
  const inputs = places.flatMap(({ within }) =>
    Object.keys(within.getFields()).map((field) => `${within.name}.${field}`),
  );
  const args = ROOT_FIELDS.flatMap(([root, name, field]) => field.args.map((arg) => `${root}.${name}.${arg.name}`));
  const telling = [...new Set([...inputs, ...args])].filter((name) =>
    /tenant|company|subject|roles?$|scopes|policies|status|Ref$|At$/i.test(name.split('.').at(-1) ?? ''),
  );
  expect(telling.toSorted()).toEqual([
    'AnnounceIncidentInput.roles',
    'ExportReviewInput.format',
    'GrantRoleInput.role',
    'Query.grants.role',
    'Query.serviceRequests.status',
    'ReadingInput.readAt',
    'SetGroupRoleInput.role',
    'StartReviewInput.endsAt',
    'UpdateServiceRequestInput.status',
  ]);
});

it('variables that nothing asks for say nothing of who asks', async () => {
  const persona = 'resident@northgate.example';
  const query = '{ me { subject company { slug } roles scopes } residences(first: 2) { nodes { id } } }';
  const answer = await ask(persona, query, { tenant: 'riverside', principal: { tenant: 'riverside' } });
  expect(answer.body.data).toMatchObject({ me: { subject: 'northgate-resident' } });
  expect(answer.body).toEqual((await ask(persona, query)).body);
});

describe('an instant that is none', () => {
  it.each(['giveConsent', 'updateServiceRequest'])('is the mistake of whoever gives it to %s', async (mutation) => {
    const place = places.find((one) => one.mutation === mutation);
    if (!place) throw new TypeError(`there is no mutation ${mutation}`);
    const field = mutation === 'giveConsent' ? 'until' : 'deadline';
    const text = `{ ${literal(place.input)
      .slice(1, -1)
      .replace(/until: "[^"]*"/, '')} ${field}: "tomorrow" }`;
    const persona = personaFor('Mutation', mutation);
    const inDocument = await ask(persona, `mutation { ${mutation}(input: ${text}) { __typename } }`);
    await expectRefused(inDocument, 'GRAPHQL_VALIDATION_FAILED', 'ISO 8601');
    const inVariables = await ask(persona, byVariable(mutation, place.input), { input: valueIn(text) });
    await expectRefused(inVariables, 'BAD_USER_INPUT', 'ISO 8601');
  });
});

async function expectRefused({ status, body, requestId }: Answer, code: ErrorCode, named: string): Promise<void> {
  expect([status, body.data]).toEqual([400, undefined]);
  expect(body.errors?.map(({ extensions }) => extensions?.['code'])).toContain(code);
  expect(body.errors?.map(({ message }) => message).join(' ')).toContain(named);
  expect((await Promise.all(sandboxes.map((sandbox) => sandbox.calls(requestId)))).flat()).toEqual([]);
}

function byVariable(mutation: string, input: GraphQLInputType): string {
  return `mutation ($input: ${input}) { ${mutation}(input: $input) { __typename } }`;
}

/** Somebody of northgate who may. */
function personaFor(root: string, field: string): string {
  const persona = PERSONAS.find(
    ({ company, role }) => company === 'northgate' && permissions.visibility(role, root, field) !== 'none',
  );
  if (!persona) throw new TypeError(`nobody may ${root}.${field}`);
  return persona.email;
}

function inputObjectsIn(type: GraphQLInputType): readonly GraphQLInputObjectType[] {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return [];
  return [named, ...Object.values(named.getFields()).flatMap((field) => inputObjectsIn(field.type))];
}

/** The least that an input of this type holds, as it stands in a document; with one field more in `extra.within`. */
function literal(type: GraphQLInputType, extra?: { readonly within: GraphQLInputType; readonly text: string }): string {
  if (isNonNullType(type)) return literal(type.ofType, extra);
  if (isListType(type)) return `[${literal(type.ofType, extra)}]`;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(
      (field) => isNonNullType(field.type) && field.defaultValue === undefined,
    );
    const texts = fields.map((field) => `${field.name}: ${literal(field.type, extra)}`);
    return `{ ${[...texts, ...(extra?.within === type ? [extra.text] : [])].join(', ')} }`;
  }
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  return SCALARS[type.name] ?? '"20"';
}

function valueIn(text: string): unknown {
  return valueFromASTUntyped(parseValue(text));
}
