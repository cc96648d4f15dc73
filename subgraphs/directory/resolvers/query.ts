import { badUserInput } from '@commonhold/kit/errors.ts';
import { connection, parsePage } from '@commonhold/kit/paging.ts';
import { ownId } from '@commonhold/kit/tenancy/principal.ts';
import { holdingsOf } from '@commonhold/schema/policy.ts';
import type { QueryResolvers } from '../generated/resolvers.ts';
import type { ViewerParent } from '../parents.ts';
import { type Access, readAccess } from '../records/access.ts';
import { isBriefingDue } from '../records/briefings.ts';
import { listConsents } from '../records/consents.ts';
import { listGrants } from '../records/grants.ts';
import { readIdentityProvider } from '../records/identity-providers.ts';
import { listPeople } from '../records/people.ts';
import { listProperties } from '../records/properties.ts';
import { listProvisioningTokens } from '../records/provisioning-tokens.ts';
import { listResidences } from '../records/residences.ts';
import { breakGlassQueries } from './break-glass.ts';
import { FROM_GRAPHQL } from './consent.ts';
import { groupQueries } from './groups.ts';
import { identityProviderOf } from './identity-provider.ts';
import { noticeQueries } from './notice-queries.ts';
import { partnerContractQueries } from './partner-contract.ts';
import { newestFirstPosition, residencePosition } from './positions.ts';
import { recoveryQueries } from './recovery.ts';
import { reviewQueries } from './review.ts';
import { briefingQueries } from './security-briefing.ts';

const GREATEST_PREFIX = 20;

export const Query: QueryResolvers = {
  ...breakGlassQueries,
  ...briefingQueries,
  ...groupQueries,
  ...noticeQueries,
  ...partnerContractQueries,
  ...recoveryQueries,
  ...reviewQueries,

  me: async (_root, _args, { principal: { subject }, briefing, inCompany }) => {
    if (subject === undefined) return null;
    const access = await inCompany((transaction) => readAccess(transaction, subject));
    return viewerOf(subject, access, isBriefingDue(access, briefing.version));
  },

  identityProvider: async (_root, _args, { inCompany }) => identityProviderOf(await inCompany(readIdentityProvider)),

  provisioningTokens: (_root, _args, { inCompany }) => inCompany(listProvisioningTokens),

  residence: (_root, { id }, { principal, loaders }) => {
    const own = ownId(principal, id, ['Residence'], ['residence:read']);
    return own ? loaders.residence.load(own) : null;
  },

  property: (_root, { id }, { principal, loaders }) => {
    const own = ownId(principal, id, ['Property'], ['property:read']);
    return own ? loaders.property.load(own) : null;
  },

  residences: async (_root, args, { principal, visibility, inCompany }) => {
    const numberPrefix = args.numberPrefix ?? '';
    if (numberPrefix.length > GREATEST_PREFIX) {
      throw badUserInput('numberPrefix', `has to have at most ${GREATEST_PREFIX} characters`);
    }
    const building = args.property == null ? undefined : ownId(principal, args.property, ['Property'], []);
    // A building that is nobody's has a list of its own, as one that doesn't exist: no other list's cursor goes on in it.
    const named = args.property == null ? null : (building?.key ?? '');
    const list = `Query.residences:${JSON.stringify([named, numberPrefix])}`;
    const scope = { tenant: principal.tenant, list };
    const { first, after } = parsePage(args, scope);
    const isNobodys = args.property != null && !building;
    const wanted = { property: building?.key, numberPrefix, after: residencePosition.parse(after), limit: first + 1 };
    const found = isNobodys
      ? []
      : await inCompany((transaction) => listResidences(transaction, visibility.residences, wanted));
    return connection(found.slice(0, first), scope, residencePosition.of, found.length > first);
  },

  properties: async (_root, args, { principal, visibility, inCompany }) => {
    const scope = { tenant: principal.tenant, list: 'Query.properties' };
    const { first, after } = parsePage(args, scope);
    const found = await inCompany((transaction) =>
      listProperties(transaction, visibility.properties, { after, limit: first + 1 }),
    );
    return connection(found.slice(0, first), scope, ({ key }) => key, found.length > first);
  },

  people: async (_root, args, { principal, visibility, inCompany }) => {
    const scope = { tenant: principal.tenant, list: 'Query.people' };
    const { first, after } = parsePage(args, scope);
    const found = await inCompany((transaction) => listPeople(transaction, visibility, { after, limit: first + 1 }));
    return connection(found.slice(0, first), scope, ({ key }) => key, found.length > first);
  },

  grants: async (_root, args, { principal, visibility, inCompany }) => {
    const scope = { tenant: principal.tenant, list: `Query.grants:${args.role ?? ''}` };
    const { first, after } = parsePage(args, scope);
    const wanted = { role: args.role ?? undefined, after: newestFirstPosition.parse(after), limit: first + 1 };
    const found = visibility.seesGrants ? await inCompany((transaction) => listGrants(transaction, wanted)) : [];
    return connection(found.slice(0, first), scope, newestFirstPosition.of, found.length > first);
  },

  consents: async (_root, args, { principal, visibility, inCompany }) => {
    const scope = { tenant: principal.tenant, list: `Query.consents:${args.partner ?? ''}` };
    const { first, after } = parsePage(args, scope);
    const partner = args.partner ? FROM_GRAPHQL[args.partner] : undefined;
    const wanted = { partner, after: newestFirstPosition.parse(after), limit: first + 1 };
    const found = await inCompany((transaction) => listConsents(transaction, visibility.consents, wanted));
    return connection(found.slice(0, first), scope, newestFirstPosition.of, found.length > first);
  },
};

/** What the roles hold is read from the vocabulary: the token of this subgraph names only what its own SDL asks for. */
function viewerOf(subject: string, { person, grants, breakGlass }: Access, isUnbriefed: boolean): ViewerParent {
  const roles = [...new Set(grants.map(({ role }) => role))].toSorted();
  const names = [...roles, ...(breakGlass.length > 0 ? (['BREAK_GLASS'] as const) : [])];
  const held = names.map((name) => holdingsOf(name, isUnbriefed));
  return {
    subject,
    person,
    roles,
    scopes: [...new Set(held.flatMap(({ scopes }) => scopes))].toSorted(),
    policies: [...new Set(held.flatMap(({ policies }) => policies))].toSorted(),
  };
}
