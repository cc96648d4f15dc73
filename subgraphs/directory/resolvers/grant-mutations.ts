/** Mutations of rights: each is an order with an idempotency key, in one transaction of the company. */
import { badUserInput } from '@commonhold/kit/errors.ts';
import { ownId } from '@commonhold/kit/tenancy/principal.ts';
import type { MutationResolvers } from '../generated/resolvers.ts';
import { companyWideId } from '../loaders.ts';
import { approveGrant, giveGrant, revokeGrant } from '../records/granting.ts';
import { readGrants } from '../records/grants.ts';
import { reinstatePerson, suspendPerson } from '../records/suspensions.ts';
import { type Act, type Context, type OrderInput, ordered, text } from './orders.ts';
import { places } from './places.ts';

const GREATEST_REASON = 500;
const MOST_PLACES = 100;

export const grantMutations: Pick<
  MutationResolvers,
  'grantRole' | 'approveGrant' | 'revokeGrant' | 'suspendPerson' | 'reinstatePerson'
> = {
  grantRole: (_root, { input }, context) => {
    const { principal } = context;
    const person = ownId(principal, input.person, ['Person'], ['grant:manage']);
    const reason = text(input.reason, 'input.reason', GREATEST_REASON);
    const [since, until] = [instant(input.since, 'input.since'), instant(input.until, 'input.until')];
    const properties = places(principal, input.properties, 'properties', MOST_PLACES);
    const residences = places(principal, input.residences, 'residences', MOST_PLACES);
    if (input.properties && input.residences) {
      throw badUserInput('input.residences', 'cannot be named together with buildings');
    }
    if (input.assignments && (input.properties || input.residences)) {
      throw badUserInput('input.assignments', 'cannot be asked for together with buildings or residences');
    }
    const reach = input.assignments
      ? 'assignments'
      : input.properties
        ? 'properties'
        : input.residences
          ? 'residences'
          : 'company';
    return grantPayload(context, 'grantRole', input, async (transaction, actor) =>
      person && until && properties && residences
        ? giveGrant(transaction, actor, {
            person: person.key,
            role: input.role,
            reach,
            properties: properties.map(({ key }) => key),
            residences: residences.flatMap(({ residence }) => residence ?? []),
            reason,
            since,
            until,
          })
        : undefined,
    );
  },

  approveGrant: (_root, { input }, context) => {
    const id = ownId(context.principal, input.grant, ['RoleGrant'], ['grant:manage']);
    return grantPayload(context, 'approveGrant', input, async (transaction, actor) =>
      id ? approveGrant(transaction, actor, id.key) : undefined,
    );
  },

  revokeGrant: (_root, { input }, context) => {
    const id = ownId(context.principal, input.grant, ['RoleGrant'], ['grant:manage']);
    return grantPayload(context, 'revokeGrant', input, async (transaction, actor) =>
      id ? revokeGrant(transaction, actor, id.key) : undefined,
    );
  },

  suspendPerson: (_root, { input }, context) => {
    const id = ownId(context.principal, input.person, ['Person'], ['grant:manage']);
    const reason = text(input.reason, 'input.reason', GREATEST_REASON);
    return personPayload(context, 'suspendPerson', input, async (transaction, actor) =>
      id ? suspendPerson(transaction, actor, { person: id.key, reason }) : undefined,
    );
  },

  reinstatePerson: (_root, { input }, context) => {
    const id = ownId(context.principal, input.person, ['Person'], ['grant:manage']);
    return personPayload(context, 'reinstatePerson', input, async (transaction, actor) =>
      id ? reinstatePerson(transaction, actor, { person: id.key }) : undefined,
    );
  },
};

async function grantPayload(context: Context, operation: string, input: OrderInput, act: Act) {
  const key = await ordered(context, operation, input, act);
  const grants = key === undefined ? [] : await context.inCompany((transaction) => readGrants(transaction, [key]));
  return { grant: grants[0] ?? null, clientMutationId: input.clientMutationId ?? null };
}

async function personPayload(context: Context, operation: string, input: OrderInput, act: Act) {
  const { loaders, principal } = context;
  const key = await ordered(context, operation, input, act);
  const person = key === undefined ? null : await loaders.person.load(companyWideId(principal.tenant, 'Person', key));
  return { person, clientMutationId: input.clientMutationId ?? null };
}

function instant(value: string | null | undefined, field: string): Date | undefined {
  if (value == null) return undefined;
  const parsed = new Date(value);
  if (Number.isNaN(parsed.getTime())) throw badUserInput(field, 'has to be an ISO 8601 instant');
  return parsed;
}
