/**
 * Compiled policy decides as graphql-shield does: for every field of every subgraph, every role and every object, own or
 * foreign, within reach or not, with an id or with what is none.
 */
import { encodeId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { type Principal, parsePrincipal } from '@commonhold/kit/tenancy/principal.ts';
import { requirementsOf } from '@commonhold/schema/directives/requirements-of.ts';
import { ROLES } from '@commonhold/schema/policy.ts';
import { readSchema } from '@commonhold/schema/read-schema.ts';
import { SUBGRAPHS, type SubgraphEntry } from '@commonhold/schema/subgraphs.ts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Asked, type Outcome, startModes } from './modes.ts';

const RUNS = Number(process.env['POLICY_RUNS'] ?? 12);
const RESIDENCES = ['r-1', 'r-2', 'r-3'] as const;

const heldGrants = fc.array(
  fc.record({
    role: fc.constantFrom(...Object.values(ROLES)),
    residences: fc.option(fc.subarray([...RESIDENCES]), { nil: undefined }),
  }),
  { maxLength: 3 },
);

const principals: fc.Arbitrary<Principal> = fc
  .record({ held: heldGrants, login: fc.subarray(['public', 'fresh-mfa', 'strong-mfa']) })
  .map(({ held, login }) =>
    parsePrincipal({
      tenant: 'northgate',
      sub: 'somebody',
      policies: login,
      grants: held.map(({ role: { scopes, policies }, residences }) => ({
        scopes,
        policies,
        ...(residences && { residences }),
      })),
    }),
  );

type ObjectOf = Asked['objectOf'];

/** What a resolver gives for an object: another one for each field that is asked for. */
const objects: fc.Arbitrary<ObjectOf> = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: ids().map((idOf) => (idType: string) => ({ id: idOf(idType) })) },
      { weight: 1, arbitrary: fc.constant(() => ({})) },
      { weight: 1, arbitrary: fc.anything().map((id) => () => ({ id })) },
    ),
    { minLength: 12, maxLength: 12 },
  )
  .map((kinds) => (idType, place) => {
    const sum = [...place].reduce((total, character) => total * 31 + (character.codePointAt(0) ?? 0), 7);
    return kinds[sum % kinds.length]?.(idType) ?? {};
  });

function ids(): fc.Arbitrary<(idType: string) => string> {
  const mostly = <Value>(usual: Value, ...others: Value[]): fc.Arbitrary<Value> =>
    fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
  return fc
    .record({
      tenant: mostly('northgate', 'riverside'),
      type: mostly<string | undefined>(undefined, 'Company', 'Device'),
      residence: fc.constantFrom(undefined, ...RESIDENCES, 'r-9'),
      spoil: mostly<Spoil>('not', 'cut', 'padded', 'alphabet'),
    })
    .map(({ tenant, type, residence, spoil }) => (idType: string) => {
      const id = idOn(tenant, type ?? idType, residence);
      return { not: id, cut: id.slice(0, -1), padded: `${id}=`, alphabet: `+${id.slice(1)}` }[spoil];
    });
}

type Spoil = 'not' | 'cut' | 'padded' | 'alphabet';

function idOn(tenant: string, type: string, residence: string | undefined): string {
  return encodeId({
    tenant: tenantId(tenant),
    type,
    residence: residence === undefined ? undefined : residenceKey(residence),
    key: residence ?? 'k-1',
  });
}

describe.each(SUBGRAPHS)('$name', (subgraph) => {
  it('gives the same answer, calls the same resolvers and records the same in both modes', async () => {
    const { compiled, interpreted, fields } = await startModes(subgraph);
    const seen = { allowed: new Set<string>(), denied: new Set<string>() };
    await fc.assert(
      fc.asyncProperty(principals, objects, async (principal, objectOf) => {
        const asked: Asked = { principal, objectOf };
        const [was, is] = [await interpreted(asked), await compiled(asked)];
        expect(is).toEqual(was);
        note(is, fields, seen);
      }),
      { numRuns: RUNS + EXAMPLES.length, examples: [...EXAMPLES] },
    );
    // Otherwise nothing was compared.
    const asksMore = await askingMoreThanLogin(subgraph);
    expect([...fields].filter((field) => !seen.allowed.has(field))).toEqual([]);
    expect([...fields].filter((field) => asksMore(field) && !seen.denied.has(field))).toEqual([]);
  }, 120_000);
});

/** Each role in the company; everything on one residence; everything on one, and something in the company. */
const EXAMPLES: readonly [Principal, ObjectOf][] = [
  ...Object.values(ROLES).map((role) => example([{ role }], 'r-1')),
  ...[...RESIDENCES, undefined].map((residence) => example(everythingOn('r-1'), residence)),
  example([...everythingOn('r-1'), { role: ROLES.ANALYST }], 'r-2'),
  example(
    Object.values(ROLES).map((role) => ({ role })),
    'r-1',
  ),
  example([], 'r-1'),
];

interface HeldRole {
  readonly role: (typeof ROLES)[keyof typeof ROLES];
  readonly residence?: string;
}

function everythingOn(residence: string): readonly HeldRole[] {
  return Object.values(ROLES).map((role) => ({ role, residence }));
}

function example(held: readonly HeldRole[], objectOn: string | undefined): [Principal, ObjectOf] {
  const grants = held.map(({ role: { scopes, policies }, residence }) => ({
    ...{ scopes: [...scopes], policies: [...policies] },
    ...(residence !== undefined && { residences: [residence] }),
  }));
  const policies = held.length === 0 ? [] : ['public', 'fresh-mfa', 'strong-mfa'];
  const principal = parsePrincipal({ tenant: 'northgate', sub: 'somebody', policies, grants });
  return [principal, (idType) => ({ id: idOn('northgate', idType, objectOn) })];
}

async function askingMoreThanLogin({ schemaFiles }: SubgraphEntry): Promise<(field: string) => boolean> {
  const policy = requirementsOf(await readSchema(schemaFiles));
  return (field) => {
    const [type = '', name = ''] = field.split('.');
    return policy.field(type, name).some(({ scopes, policies }) => scopes.length + policies.length > 0);
  };
}

function note(outcome: Outcome, fields: ReadonlySet<string>, seen: Record<'allowed' | 'denied', Set<string>>): void {
  const called = new Set(outcome.called);
  for (const field of fields) (called.has(field) ? seen.allowed : seen.denied).add(field);
}
