/**
 * What is given for the arguments of root fields: ids of examples, and for each mutation an input that leaves things as
 * they are, as far as it can.
 */
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
    'Mutation.suspendPerson': { ...leaverInput(ids), reason: 'A test of who may what', clientMutationId },
    'Mutation.reinstatePerson': { ...leaverInput(ids), clientMutationId },
    'Mutation.setThermostat': { ...warmthInput(ids), clientMutationId },
    'Mutation.switchLight': { ...order('Light'), on: true },
    'Mutation.lockDoor': order('DoorLock'),
    'Mutation.unlockDoor': order('DoorLock'),
    'Mutation.closeValve': order('WaterValve'),
    'Mutation.runScene': { scene: ids.get('Scene'), idempotencyKey: crypto.randomUUID(), clientMutationId },
  };
}

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
