import { badUserInput, consentRequired, errorOf } from '@commonhold/kit/errors.ts';
import { explainReusedKey, partnerIdempotencyKey } from '@commonhold/kit/partner/idempotency-key.ts';
import { toPartner } from '@commonhold/kit/partner/words.ts';
import type { SubgraphContext } from '@commonhold/kit/subgraph-definition.ts';
import { ownId, reach } from '@commonhold/kit/tenancy/principal.ts';
import { assignmentOf } from '../assignments/assignment-of.ts';
import { isDecimal } from '../decimal.ts';
import type { MutationResolvers, ReadingInput, ReadingRefusal } from '../generated/resolvers.ts';
import type { Services } from '../loaders.ts';
import type { ReadingParent, ServiceRequestParent } from '../parents.ts';
import type { SubmittedReading } from '../partner/client.ts';
import { CATEGORIES, REFUSALS, STATUSES } from '../partner/mapping.ts';

const GREATEST_READINGS = 100;
const GREATEST_DESCRIPTION = 2_000;
const GREATEST_ZONE = 3;

type Context = SubgraphContext<Services>;

export const Mutation: MutationResolvers = {
  submitReadings: async (_root, { input }, context) => {
    const { principal, communal, mapping } = context;
    if (input.readings.length < 1 || input.readings.length > GREATEST_READINGS) {
      throw badUserInput('input.readings', `has to hold 1 to ${GREATEST_READINGS}`);
    }
    const key = partnerIdempotencyKey(principal.tenant, 'submitReadings', input.idempotencyKey);
    const checked = await Promise.all(input.readings.map((reading) => checkReading(context, reading)));
    const accepted = checked.flatMap((result) => ('submit' in result ? [result.submit] : []));
    const outcomes = accepted.length > 0 ? await explained(communal.submitReadings(key, accepted)) : [];
    const remaining = outcomes.values();
    const results = checked.map((result) => {
      if ('refusal' in result) return refused(result.refusal);
      const outcome = remaining.next().value;
      if (!outcome) throw new TypeError('fewer results than readings');
      if (outcome.reading) return { reading: mapping.reading(outcome.reading), refusal: null };
      return refused(REFUSALS[outcome.refusal]);
    });
    return { results, clientMutationId: input.clientMutationId ?? null };
  },

  createServiceRequest: async (_root, { input }, { principal, communal, mapping, consents }) => {
    const description = input.description.trim();
    if (description === '' || description.length > GREATEST_DESCRIPTION) {
      throw badUserInput('input.description', `has to have 1 to ${GREATEST_DESCRIPTION} characters`);
    }
    const key = partnerIdempotencyKey(principal.tenant, 'createServiceRequest', input.idempotencyKey);
    const residence = ownId(principal, input.residence, ['Residence'], ['request:create'])?.residence;
    if (!residence) return payload(null, input.clientMutationId);
    if ((await consents.refused([residence])).has(residence)) throw consentRequired('communal');
    if (!(await consents.inForce([residence])).has(residence)) return payload(null, input.clientMutationId);
    const category = toPartner(CATEGORIES, input.category);
    const record = await explained(communal.createServiceRequest(key, { residence, category, description }));
    return payload(mapping.serviceRequest(record), input.clientMutationId);
  },

  updateServiceRequest: async (_root, { input }, { principal, communal, mapping, loaders, assignments }) => {
    if (input.status == null && input.deadline == null && input.assignee === undefined) {
      throw badUserInput('input', 'has to name `status`, `deadline` or `assignee`');
    }
    if (input.assignee !== undefined && reach(principal, ['request:manage']) !== 'company') {
      throw errorOf('FORBIDDEN', 'Only who manages requests of the whole company assigns them.');
    }
    const key = partnerIdempotencyKey(principal.tenant, 'updateServiceRequest', input.idempotencyKey);
    const id = ownId(principal, input.serviceRequest, ['ServiceRequest'], ['request:manage']);
    const known = id && (await loaders.serviceRequest.load(id));
    if (!known) return payload(null, input.clientMutationId);
    const { tenant } = principal;
    const assignee = input.assignee == null ? undefined : ownId(principal, input.assignee, ['Person'], []);
    const isPerson = assignee !== undefined && (await assignments.isPerson(tenant, assignee.key));
    if (input.assignee != null && !isPerson) return payload(null, input.clientMutationId);
    const record = await explained(
      communal.updateServiceRequest(key, known.key, {
        ...(input.status == null ? {} : { status: toPartner(STATUSES, input.status) }),
        ...(input.deadline == null ? {} : { deadline: new Date(input.deadline).toISOString() }),
        ...(input.assignee === undefined ? {} : { assigneeRef: assignee?.key ?? null }),
      }),
    );
    const assignment = assignmentOf(record);
    // Without it no rights begin, and the order is to be repeated; of rights that end it is told until that is known.
    await assignments.tell(tenant, assignment).catch((error: unknown) => {
      if (assignment.person !== null) throw error;
      assignments.tellUntilKnown(tenant, assignment);
    });
    return payload(mapping.serviceRequest(record), input.clientMutationId);
  },
};

type CheckedReading = { readonly submit: SubmittedReading } | { readonly refusal: ReadingRefusal };

/**
 * What can be told without the partner: whether the meter is there, and whether the value can be one. Nothing that is
 * different a while later, such as whether an instant is to come: repeated with its key, an order has to be the same.
 */
async function checkReading({ principal, loaders }: Context, reading: ReadingInput): Promise<CheckedReading> {
  const id = ownId(principal, reading.meter, ['Meter'], ['reading:submit']);
  const meter = id && (await loaders.meter.load(id));
  if (!meter) return { refusal: 'METER_NOT_FOUND' };
  const zone = reading.zone ?? 1;
  if (!isDecimal(reading.value) || reading.value.startsWith('-') || zone < 1 || zone > GREATEST_ZONE) {
    return { refusal: 'NOT_PLAUSIBLE' };
  }
  const origin = reach(principal, ['reading:submit']) === 'company' ? 'operator' : 'resident';
  return { submit: { meter: meter.key, zone, value: reading.value, readAt: reading.readAt, origin } };
}

async function explained<Result>(result: Promise<Result>): Promise<Result> {
  try {
    return await result;
  } catch (error) {
    throw explainReusedKey(error);
  }
}

function refused(refusal: ReadingRefusal): {
  readonly reading: ReadingParent | null;
  readonly refusal: ReadingRefusal;
} {
  return { reading: null, refusal };
}

function payload(serviceRequest: ServiceRequestParent | null, clientMutationId: string | null | undefined) {
  return { serviceRequest, clientMutationId: clientMutationId ?? null };
}
