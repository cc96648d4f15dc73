import { badUserInput, errorOf, forbidden } from '@commonhold/kit/errors.ts';
import { connection, parsePage } from '@commonhold/kit/paging.ts';
import { partnerConnection } from '@commonhold/kit/partner/partner-page.ts';
import { toPartner } from '@commonhold/kit/partner/words.ts';
import type { SubgraphContext } from '@commonhold/kit/subgraph-definition.ts';
import type { ResidenceKey } from '@commonhold/kit/tenancy/ids.ts';
import { ownId, reach } from '@commonhold/kit/tenancy/principal.ts';
import type { QueryResolvers } from '../generated/resolvers.ts';
import type { Services } from '../loaders.ts';
import { METER_KINDS, propertyId, STATUSES } from '../partner/mapping.ts';
import { consumptionStatistics } from '../statistics/consumption-statistics.ts';

/** As many as the partner takes in one question. */
const GREATEST_RESIDENCES = 1_000;
const GREATEST_NAMED_RESIDENCES = 100;
const GREATEST_MONTHS = 24;
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

export const Query: QueryResolvers = {
  account: (_root, { id }, { principal, loaders }) => {
    const own = ownId(principal, id, ['UtilityAccount'], ['account:read']);
    return own ? loaders.account.load(own) : null;
  },

  serviceRequest: (_root, { id }, { principal, loaders }) => {
    const own = ownId(principal, id, ['ServiceRequest'], ['request:read']);
    return own ? loaders.serviceRequest.load(own) : null;
  },

  serviceRequests: async (_root, args, context) => {
    const { principal, communal, mapping } = context;
    const named = namedResidences(context, args.residences);
    const list = `Query.serviceRequests:${JSON.stringify([args.status ?? null, named ?? null])}`;
    const scope = { tenant: principal.tenant, list };
    parsePage(args, scope);
    const residences = await askableResidences(context, named);
    if (residences.length === 0) return connection([], scope, () => '', false);
    const status = args.status == null ? undefined : toPartner(STATUSES, args.status);
    return partnerConnection(args, scope, async (limit, cursor) => {
      const { items, nextCursor } = await communal.serviceRequestPage({ residences, status, limit, cursor });
      return { items: items.map(mapping.serviceRequest), nextCursor };
    });
  },

  outages: async (_root, _args, { loaders }) => [...(await loaders.outages()).values()],

  consumptionStatistics: async (_root, { input }, { principal, consents, communal }) => {
    const { from, to } = parseMonths(input.from, input.to);
    // Whoever had them of some residences could choose these so that two answers differ by one.
    if (reach(principal, ['statistics:read']) !== 'company') throw forbidden();
    const residences = [...(await consents.all())].toSorted();
    const kind = toPartner(METER_KINDS, input.kind);
    const rows = await communal.consumption({ residences, kind, from, to });
    return consumptionStatistics(rows, input.kind, input.byProperty ?? false).map(({ property, month, shown }) => ({
      property: property === undefined ? null : { id: propertyId(principal.tenant, property) },
      kind: input.kind,
      month,
      residences: shown?.residences ?? null,
      averageConsumption: shown?.average ?? null,
      suppressed: shown === null,
    }));
  },
};

type Context = SubgraphContext<Services>;

/** The residences that were named and are in reach; undefined: none were named, all are meant. */
function namedResidences(
  { principal }: Context,
  ids: readonly string[] | null | undefined,
): readonly ResidenceKey[] | undefined {
  if (ids == null) return undefined;
  if (ids.length > GREATEST_NAMED_RESIDENCES) {
    throw badUserInput('residences', `may name at most ${GREATEST_NAMED_RESIDENCES}`);
  }
  const own = ids.flatMap((id) => ownId(principal, id, ['Residence'], ['request:read'])?.residence ?? []);
  return [...new Set(own)];
}

/** Those of the residences that the principal reaches and that a consent is in force for, in a stable order. */
async function askableResidences(
  { principal, consents }: Context,
  named: readonly ResidenceKey[] | undefined,
): Promise<readonly ResidenceKey[]> {
  const reached = reach(principal, ['request:read']);
  const wanted = named ?? (reached === 'company' ? undefined : [...reached]);
  if (wanted?.length === 0) return [];
  const allowed = wanted === undefined ? await consents.all() : await consents.inForce(wanted);
  if (allowed.size > GREATEST_RESIDENCES) {
    throw errorOf('OPERATION_TOO_COMPLEX', `The list covers more than ${GREATEST_RESIDENCES} residences: name some.`);
  }
  return [...allowed].toSorted();
}

function parseMonths(from: string, to: string): { readonly from: string; readonly to: string } {
  if (!MONTH.test(from)) throw badUserInput('input.from', 'has to be a month such as 2026-03');
  if (!MONTH.test(to)) throw badUserInput('input.to', 'has to be a month such as 2026-03');
  const months = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5));
  const span = months(to) - months(from);
  if (span < 0 || span > GREATEST_MONTHS) {
    throw badUserInput('input.to', `has to lie 0 to ${GREATEST_MONTHS} months after \`input.from\``);
  }
  return { from, to };
}
