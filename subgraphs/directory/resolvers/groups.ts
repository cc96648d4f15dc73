/** Groups of the company's provider, and what they give. */
import { badUserInput } from '@commonhold/kit/errors.ts';
import { connection, parsePage } from '@commonhold/kit/paging.ts';
import { encodeId } from '@commonhold/kit/tenancy/ids.ts';
import { ownId } from '@commonhold/kit/tenancy/principal.ts';
import type { MutationResolvers, QueryResolvers } from '../generated/resolvers.ts';
import type { ProvisionedGroupParent } from '../parents.ts';
import { takeTurn } from '../provisioning/writes.ts';
import { readGroupRoles, removeGroupRole, setGroupRole } from '../records/group-roles.ts';
import { listGroupsByKey, membersOf, type ProvisionedGroup, readGroup } from '../records/provisioned-groups.ts';
import type { UserRecords } from '../records/provisioned-users.ts';
import { type Context, type OrderInput, ordered } from './orders.ts';
import { places } from './places.ts';

const MOST_PLACES = 100;

export const groupQueries: Pick<QueryResolvers, 'provisionedGroups'> = {
  provisionedGroups: async (_root, args, context) => {
    const scope = { tenant: context.principal.tenant, list: 'Query.provisionedGroups' };
    const { first, after } = parsePage(args, scope);
    const found = await inRecords(context, async (records) => {
      return withRoles(records, await listGroupsByKey(records, { after, limit: first + 1 }));
    });
    return connection(found.slice(0, first), scope, ({ key }) => key, found.length > first);
  },
};

export const groupMutations: Pick<MutationResolvers, 'setGroupRole' | 'removeGroupRole'> = {
  setGroupRole: (_root, { input }, context) => {
    const { principal } = context;
    const group = ownId(principal, input.group, ['ProvisionedGroup'], ['login:manage']);
    const properties = places(principal, input.properties, 'properties', MOST_PLACES);
    const residences = places(principal, input.residences, 'residences', MOST_PLACES);
    if (input.properties && input.residences) {
      throw badUserInput('input.residences', 'cannot be named together with buildings');
    }
    const reach = input.properties ? 'properties' : input.residences ? 'residences' : 'company';
    return payload(context, 'setGroupRole', input, group?.key, async (records, actor, key) =>
      properties && residences
        ? setGroupRole(records.transaction, actor, key, {
            role: input.role,
            reach,
            properties: properties.map((id) => id.key),
            residences: residences.flatMap(({ residence }) => residence ?? []),
            days: input.days,
          })
        : undefined,
    );
  },

  removeGroupRole: (_root, { input }, context) => {
    const group = ownId(context.principal, input.group, ['ProvisionedGroup'], ['login:manage']);
    return payload(context, 'removeGroupRole', input, group?.key, ({ transaction }, actor, key) =>
      removeGroupRole(transaction, actor, key),
    );
  },
};

type Actor = Parameters<typeof removeGroupRole>[1];

async function payload(
  context: Context,
  operation: string,
  input: OrderInput,
  group: string | undefined,
  act: (records: UserRecords, actor: Actor, key: string) => Promise<string | undefined>,
) {
  const { tenant } = context.principal;
  const { envelope, hash } = context;
  const key = await ordered(context, operation, input, async (transaction, actor) => {
    const records = { tenant, transaction, envelope, hash };
    // Who comes into the group meanwhile would miss the role, and who leaves would keep it.
    await takeTurn(records);
    // A group of another company is none that there is.
    const present = group === undefined ? undefined : await readGroup(records, group);
    return present && act(records, actor, present.key);
  });
  const [shown] = await inRecords(context, async (records) => {
    const present = key === undefined ? undefined : await readGroup(records, key);
    return present ? withRoles(records, [present]) : [];
  });
  return { group: shown ?? null, clientMutationId: input.clientMutationId ?? null };
}

function inRecords<Result>(context: Context, work: (records: UserRecords) => Promise<Result>): Promise<Result> {
  const { principal, envelope, hash, inCompany } = context;
  return inCompany((transaction) => work({ tenant: principal.tenant, transaction, envelope, hash }));
}

async function withRoles(
  records: UserRecords,
  groups: readonly ProvisionedGroup[],
): Promise<readonly ProvisionedGroupParent[]> {
  const keys = groups.map(({ key }) => key);
  const [roles, members] = [await readGroupRoles(records.transaction, keys), await membersOf(records, keys)];
  return groups.map(({ key, profile }) => {
    const role = roles.get(key);
    return {
      id: encodeId({ tenant: records.tenant, type: 'ProvisionedGroup', residence: undefined, key }),
      key,
      displayName: profile.displayName,
      memberCount: members.get(key)?.size ?? 0,
      role: role
        ? {
            ...{ role: role.role, days: role.days, setBy: role.setBy, setAt: role.setAt.toISOString() },
            properties: role.reach === 'properties' ? role.properties : null,
            residences: role.reach === 'residences' ? role.residences : null,
          }
        : null,
    };
  });
}
