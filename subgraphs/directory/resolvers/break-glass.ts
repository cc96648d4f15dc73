/** Rights taken in an emergency: breaking the glass, ending that, reviewing it. */
import { badUserInput } from '@commonhold/kit/errors.ts';
import { connection, parsePage } from '@commonhold/kit/paging.ts';
import { ownId, reach } from '@commonhold/kit/tenancy/principal.ts';
import { BREAK_GLASS } from '@commonhold/schema/policy.ts';
import type { BreakGlassResolvers, MutationResolvers, QueryResolvers } from '../generated/resolvers.ts';
import { companyWideId } from '../loaders.ts';
import { breakGlass, endBreakGlass } from '../records/break-glass.ts';
import { reviewBreakGlass } from '../records/break-glass-reviews.ts';
import { listBreakGlass, readBreakGlass } from '../records/broken-glass.ts';
import { type Act, type Context, type OrderInput, ordered, text } from './orders.ts';
import { places } from './places.ts';
import { newestFirstPosition } from './positions.ts';

const GREATEST_TEXT = 500;

export const BreakGlass: BreakGlassResolvers = {
  person: ({ person }, _, { principal, loaders }) =>
    person === null ? null : loaders.person.load(companyWideId(principal.tenant, 'Person', person)),
};

export const breakGlassQueries: Pick<QueryResolvers, 'breakGlassUses'> = {
  breakGlassUses: async (_root, args, { principal, inCompany }) => {
    const { tenant } = principal;
    const isOpenOnly = args.open ?? false;
    const subject = reach(principal, ['glass:review']) === 'company' ? undefined : (principal.subject ?? '');
    const scope = { tenant, list: `Query.breakGlassUses:${JSON.stringify([subject ?? null, isOpenOnly])}` };
    const { first, after } = parsePage(args, scope);
    const wanted = { subject, isOpenOnly, after: newestFirstPosition.parse(after), limit: first + 1 };
    const found = await inCompany((transaction) => listBreakGlass(transaction, wanted));
    return connection(found.slice(0, first), scope, newestFirstPosition.of, found.length > first);
  },
};

export const breakGlassMutations: Pick<MutationResolvers, 'breakGlass' | 'endBreakGlass' | 'reviewBreakGlass'> = {
  breakGlass: (_root, { input }, context) => {
    const { principal } = context;
    const { longestMinutes, mostResidences, mostProperties } = BREAK_GLASS;
    const reason = text(input.reason, 'input.reason', GREATEST_TEXT);
    const minutes = input.minutes ?? longestMinutes;
    if (minutes < 1 || minutes > longestMinutes)
      throw badUserInput('input.minutes', `has to be 1 to ${longestMinutes}`);
    const residences = places(principal, input.residences, 'residences', mostResidences);
    const properties = places(principal, input.properties, 'properties', mostProperties);
    if (!input.residences && !input.properties) {
      throw badUserInput('input.residences', 'or buildings have to be named');
    }
    return payload(context, 'breakGlass', input, async (transaction, actor) =>
      residences && properties
        ? breakGlass(transaction, actor, {
            residences: residences.flatMap(({ residence }) => residence ?? []),
            properties: properties.map(({ key }) => key),
            reason,
            minutes,
          })
        : undefined,
    );
  },

  endBreakGlass: (_root, { input }, context) => {
    const id = ownId(context.principal, input.breakGlass, ['BreakGlass'], []);
    return payload(context, 'endBreakGlass', input, async (transaction, actor) =>
      id ? endBreakGlass(transaction, actor, id.key) : undefined,
    );
  },

  reviewBreakGlass: (_root, { input }, context) => {
    const id = ownId(context.principal, input.breakGlass, ['BreakGlass'], ['glass:review']);
    const verdict = { outcome: input.outcome, remark: text(input.remark, 'input.remark', GREATEST_TEXT) };
    return payload(context, 'reviewBreakGlass', input, async (transaction, actor) =>
      id ? reviewBreakGlass(transaction, actor, id.key, verdict) : undefined,
    );
  },
};

async function payload(context: Context, operation: string, input: OrderInput, act: Act) {
  const key = await ordered(context, operation, input, act);
  const found = key === undefined ? undefined : await context.inCompany((t) => readBreakGlass(t, key));
  return { breakGlass: found ?? null, clientMutationId: input.clientMutationId ?? null };
}
