/**
 * What is given for the arguments of root fields: ids of examples, and for each mutation an input that leaves things as
 * they are, as far as it can.
 */
import { currentBriefing } from '@commonhold/directory/briefing/briefing.ts';
import { decodeId, residenceId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { type GraphQLArgument, type GraphQLSchema, getNamedType } from 'graphql';
import type { Examples } from './examples.ts';
import { nameOf, returnedType, type Step } from './field-paths.ts';
import type { ArgumentValue } from './operation.ts';

type Ids = Examples['ids'];

/**
 * An id of the object that the path goes on with, or the input of this field. Orders have the idempotency keys of one
 * operation: ask for the values of the next one anew.
 */
export function argumentsFrom(schema: GraphQLSchema, examples: Examples): ArgumentValue {
  const inputs = inputsFrom(examples);
  return (step: Step, next: Step | undefined, argument: GraphQLArgument) => {
    if (getNamedType(argument.type).name !== 'ID') return inputs[nameOf(step)];
    const target = next?.typeName ?? returnedType(schema, step).name;
    return examples.ids.get(target) ?? examples.ids.get(ANY_OF[target] ?? '');
  };
}

function inputsFrom({ ids, lastReading, months }: Examples): Readonly<Record<string, object>> {
  const clientMutationId = 'as it came';
  const order = (kind: string) => ({ device: ids.get(kind), idempotencyKey: crypto.randomUUID(), clientMutationId });
  const readAt = new Date().toISOString();
  return {
    'Query.consumptionStatistics': { kind: 'HEAT', ...months, byProperty: true },
    'Mutation.submitReadings': {
      readings: [
        { ...lastReading, readAt },
        { ...lastReading, value: '-', readAt },
      ],
      idempotencyKey: crypto.randomUUID(),
      clientMutationId,
    },
    'Mutation.createServiceRequest': { ...requestInput(ids), clientMutationId },
    'Mutation.updateServiceRequest': { ...updateInput(ids), clientMutationId },
    'Mutation.giveConsent': { ...consentInput(ids), clientMutationId },
    'Mutation.withdrawConsent': { consent: ids.get('Consent'), clientMutationId },
    'Mutation.grantRole': { ...grantInput(ids), idempotencyKey: crypto.randomUUID(), clientMutationId },
    'Mutation.approveGrant': { grant: ids.get('RoleGrant'), idempotencyKey: crypto.randomUUID(), clientMutationId },
    'Mutation.revokeGrant': { grant: ids.get('RoleGrant'), idempotencyKey: crypto.randomUUID(), clientMutationId },
    'Mutation.confirmSecurityBriefing': { version: currentBriefing().version, clientMutationId },
    'Mutation.breakGlass': { ...emergencyInput(ids), clientMutationId },
    'Mutation.endBreakGlass': { ...ordered(ids, 'BreakGlass'), clientMutationId },
    'Mutation.reviewBreakGlass': {
      ...{ ...ordered(ids, 'BreakGlass'), outcome: 'JUSTIFIED', remark: 'A test of who may what' },
      clientMutationId,
    },
    'Mutation.suspendPerson': { ...leaverInput(ids), reason: 'A test of who may what', clientMutationId },
    'Mutation.reinstatePerson': { ...leaverInput(ids), clientMutationId },
    'Mutation.startReview': { ...reviewInput(), idempotencyKey: crypto.randomUUID(), clientMutationId },
    'Mutation.decideReviewItems': { ...decisionInput(ids), idempotencyKey: crypto.randomUUID(), clientMutationId },
    'Mutation.closeReview': {
      review: ids.get('ReviewCampaign'),
      idempotencyKey: crypto.randomUUID(),
      clientMutationId,
    },
    'Mutation.exportReview': { review: ids.get('ReviewCampaign'), format: 'CSV', clientMutationId },
    'Mutation.setIdentityProvider': { ...providerInput(), clientMutationId },
    'Mutation.removeIdentityProvider': { idempotencyKey: crypto.randomUUID(), clientMutationId },
    'Mutation.markNoticesRead': { notices: [ids.get('Notice')], clientMutationId },
    'Mutation.setNoticeMail': { kind: 'GRANT_GIVEN', on: true, clientMutationId },
    'Mutation.announceIncident': { ...incidentInput(), clientMutationId },
    'Mutation.addPartnerContract': { ...contractInput(), clientMutationId },
    'Mutation.createWebhook': { ...webhookInput(), clientMutationId },
    'Mutation.rotateWebhookSecret': { ...ordered(ids, 'Webhook'), clientMutationId },
    'Mutation.removeWebhook': { ...ordered(ids, 'Webhook'), clientMutationId },
    'Mutation.revokeProvisioningToken': {
      provisioningToken: ids.get('ProvisioningToken'),
      idempotencyKey: crypto.randomUUID(),
      clientMutationId,
    },
    'Mutation.createProvisioningToken': {
      until: inAMonth(),
      idempotencyKey: crypto.randomUUID(),
      clientMutationId,
    },
    'Mutation.setGroupRole': {
      ...{ group: ids.get('ProvisionedGroup'), role: 'DISPATCHER', properties: [ids.get('Property')], days: 30 },
      idempotencyKey: crypto.randomUUID(),
      clientMutationId,
    },
    'Mutation.removeGroupRole': { group: ids.get(LONELY_GROUP), idempotencyKey: crypto.randomUUID(), clientMutationId },
    'Mutation.approveRecovery': { ...decision(ids), code: 'AAAABBBB', clientMutationId },
    'Mutation.refuseRecovery': { ...decision(ids), clientMutationId },
    'Mutation.invitePerson': { ...leaverInput(ids), clientMutationId },
    'Mutation.setThermostat': { ...warmthInput(ids), clientMutationId },
    'Mutation.switchLight': { ...order('Light'), on: true },
    'Mutation.lockDoor': order('DoorLock'),
    'Mutation.unlockDoor': order('DoorLock'),
    'Mutation.closeValve': order('WaterValve'),
    'Mutation.runScene': { scene: ids.get('Scene'), idempotencyKey: crypto.randomUUID(), clientMutationId },
  };
}

/** Under what the examples keep the id of a group that gives nothing. */
export const LONELY_GROUP = 'LonelyGroup';

/** Under what the examples keep the id of somebody who has left. */
export const LEAVER = 'Leaver';

/** An interface has no objects of its own. */
const ANY_OF: Readonly<Record<string, string>> = { Device: 'DoorLock' };

export function warmthInput(ids: Ids) {
  return { device: ids.get('Thermostat'), targetTemperatureCelsius: '20.0', idempotencyKey: crypto.randomUUID() };
}

export function consentInput(ids: Ids) {
  return { residence: ids.get('Residence'), partner: 'SMART_HOME', until: inAMonth() };
}

/** A proposal for somebody who has left: without an approval it has no effect. */
export function grantInput(ids: Ids) {
  return { person: ids.get(LEAVER), role: 'SECURITY_OFFICER', reason: 'A test of who may what', until: inAMonth() };
}

/** One that ends long after all tests have. */
export function reviewInput() {
  return { name: 'A test of who may what', endsAt: inAMonth() };
}

/** What was decided before. */
export function decisionInput(ids: Ids) {
  return { decisions: [{ item: ids.get('ReviewItem'), decision: 'KEEP', remark: 'A test of who may what' }] };
}

/** A provider that nobody logs in by. */
function providerInput() {
  return { issuer: 'https://login.operator.example', clientId: 'commonhold', idempotencyKey: crypto.randomUUID() };
}

/** Whom it is told to, nobody else of the tests counts the notices of. */
function incidentInput() {
  return {
    text: 'A test of who may what',
    roles: ['INTEGRATION_MANAGER'],
    idempotencyKey: crypto.randomUUID(),
  };
}

/** In a residence that isn't there: nobody gets more by it than others of the tests expect. */
function emergencyInput(ids: Ids) {
  const tenant = decodeId(ids.get('Residence'))?.tenant ?? tenantId('northgate');
  const residences = [residenceId(tenant, residenceKey(`${tenant}-p99-r99`))];
  return { residences, reason: 'A test of who may what', idempotencyKey: crypto.randomUUID() };
}

/** Each is another version: what was added stays. */
export function contractInput() {
  return {
    partner: 'COMMUNAL',
    version: crypto.randomUUID(),
    validUntil: inAMonth(),
    mediaType: 'MARKDOWN',
    document: [Buffer.from('# A test of who may what').toString('base64')],
    idempotencyKey: crypto.randomUUID(),
  };
}

/** Nobody listens there. */
export function webhookInput() {
  return { url: 'https://localhost:9/notices', idempotencyKey: crypto.randomUUID() };
}

function ordered(ids: Ids, type: string) {
  return { [type.charAt(0).toLowerCase() + type.slice(1)]: ids.get(type), idempotencyKey: crypto.randomUUID() };
}

function decision(ids: Ids) {
  return { request: ids.get('RecoveryRequest'), idempotencyKey: crypto.randomUUID() };
}

function leaverInput(ids: Ids) {
  return { person: ids.get(LEAVER), idempotencyKey: crypto.randomUUID() };
}

export function requestInput(ids: Ids) {
  return {
    residence: ids.get('Residence'),
    category: 'OTHER',
    description: 'A test of who may what',
    idempotencyKey: crypto.randomUUID(),
  };
}

export function updateInput(ids: Ids) {
  return { serviceRequest: ids.get('ServiceRequest'), status: 'ASSIGNED', idempotencyKey: crypto.randomUUID() };
}

export function inAMonth(): string {
  return new Date(Date.now() + 30 * 24 * 60 * 60 * 1000).toISOString();
}
