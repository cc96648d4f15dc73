import { badUserInput, errorOf } from '@commonhold/kit/errors.ts';
import { connection, parsePage } from '@commonhold/kit/paging.ts';
import { partnerConnection } from '@commonhold/kit/partner/partner-page.ts';
import { ownId, reach } from '@commonhold/kit/tenancy/principal.ts';
import type { QueryResolvers } from '../generated/resolvers.ts';

/** As many as the partner takes in one question. */
const GREATEST_RESIDENCES = 1_000;
const GREATEST_NAMED_RESIDENCES = 100;

export const Query: QueryResolvers = {
  device: (_root, { id }, { principal, loaders }) => {
    const own = ownId(principal, id, ['Device'], ['device:read']);
    return own ? loaders.device.load(own) : null;
  },

  devices: async (_root, args, { principal, consents, partners }) => {
    if ((args.residences?.length ?? 0) > GREATEST_NAMED_RESIDENCES) {
      throw badUserInput('residences', `may name at most ${GREATEST_NAMED_RESIDENCES}`);
    }
    const named = args.residences?.flatMap(
      (id) => ownId(principal, id, ['Residence'], ['device:read'])?.residence ?? [],
    );
    const scope = { tenant: principal.tenant, list: `Query.devices:${JSON.stringify(named ?? null)}` };
    parsePage(args, scope);
    const reached = reach(principal, ['device:read']);
    const wanted = named ?? (reached === 'company' ? undefined : [...reached]);
    const allowed = wanted === undefined ? await consents.all() : await consents.inForce(wanted);
    if (allowed.size > GREATEST_RESIDENCES) {
      throw errorOf('OPERATION_TOO_COMPLEX', `The list covers more than ${GREATEST_RESIDENCES} residences: name some.`);
    }
    const residences = [...allowed].toSorted();
    if (residences.length === 0) return connection([], scope, () => '', false);
    return partnerConnection(args, scope, (limit, cursor) => partners.devicePage({ residences, limit, cursor }));
  },

  command: (_root, { id }, { principal, loaders }) => {
    const own =
      ownId(principal, id, ['Command'], ['device:control']) ?? ownId(principal, id, ['Command'], ['lock:open']);
    return own ? loaders.command.load(own) : null;
  },
};
