/** Objects of a company of which every field can be read: gathered by personas who may, before others try. */

import { createHash } from 'node:crypto';
import type { SampleCompany } from '@commonhold/development/estate.ts';
import { LEAVERS } from '@commonhold/development/personas.ts';
import { decodeId, encodeId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { expect } from '@jest/globals';
import { z } from 'zod';
import { endpointOf, scim } from '../provisioning/provider.ts';
import { makeToken } from '../provisioning/tokens.ts';
import { ask } from '../system/client.ts';
import { askFreshly, askStrongly, logInFreshly } from './fresh-login.ts';
import {
  consentInput,
  contractInput,
  decisionInput,
  grantInput,
  inAMonth,
  LEAVER,
  LONELY_GROUP,
  requestInput,
  reviewInput,
  updateInput,
  warmthInput,
  webhookInput,
} from './inputs.ts';

export interface Examples {
  /** An id by the name of the object's type; of an interface's, one for each type of object. */
  readonly ids: ReadonlyMap<string, string>;
  /** Months with statistics. */
  readonly months: { readonly from: string; readonly to: string };
  /** A meter, and what it showed last. */
  readonly lastReading: { readonly meter: string; readonly zone: number; readonly value: string };
}

/** Seen, but null for the objects of the sample estate that are gathered here. */
export const NULL_HERE: Readonly<Record<string, string>> = {
  'Light.batteryPercent': 'lights are on mains',
  'SmartMeter.batteryPercent': 'smart meters are on mains',
  'Light.brightnessPercent': "this light can't be dimmed",
  'ReviewCampaign.closedAt': 'this review is under way',
  'ReviewItem.lastUsedOn': 'whether it was used before the review began hangs on the order of the tests',
  'ReviewItem.residenceCount': 'the grants that are listed first are for the whole company',
  'ExportedFile.endCursor': 'a company of the sample estate has fewer grants than one file holds',
  'ReviewDecisionResult.problem': 'the decision has an effect',
  'Notice.readAt': 'whether one of the first page has been read hangs on what the tests before caused',
  'Webhook.previousSecretUntil': 'this webhook has its first secret',
  'GroupRole.residences': 'this role is given by buildings',
  'ProvisioningToken.lastUsedAt': 'no provider comes with this token',
  'InvitePersonPayload.person': 'whoever no provider put in is not invited',
  'Command.reason': 'this command was carried out',
  'BreakGlassPayload.breakGlass': 'a review that was made stays, and nothing is broken where nobody lives',
  'ServiceRequest.assignee': 'nobody is assigned to this one',
  'Query.identityProvider': 'people of the sample estate log in at our own',
  'IdentityProviderPayload.identityProvider': 'it was removed',
  'Query.recoveryRequests': 'nobody of the sample estate has lost a login',
  'RecoveryPayload.decided': 'nobody of the sample estate has lost a login',
  ...Object.fromEntries(
    ['id', 'person', 'askedAt', 'until'].map((field) => [
      `RecoveryRequest.${field}`,
      'nobody of the sample estate has lost a login',
    ]),
  ),
  ...Object.fromEntries(
    ['issuer', 'clientId', 'accountClaim', 'assertionAudience', 'multiFactorAcr', 'multiFactorAmr', 'setAt'].map(
      (field) => [`IdentityProvider.${field}`, 'people of the sample estate log in at our own'],
    ),
  ),
};

const HOME = `{
  __typename
  me { __typename company { __typename id } person { __typename id } }
  outages { id endsAt }
  residences(first: 1) { nodes {
    __typename id
    property { __typename id }
    scenes { __typename id }
    account { __typename id meters { id device { id } readings(first: 1) { nodes { __typename id values { zone value } } } } }
    devices(first: 100) { nodes { __typename id } }
  } }
}`;

const NEIGHBOURS = `query ($property: ID!) {
  residences(property: $property, first: 5) { nodes {
    __typename id
    property { __typename id }
    consents { __typename id }
    scenes { __typename id }
    account { __typename id meters { __typename id } }
    devices(first: 100) { nodes { __typename id } }
  } }
}`;

const ORDERS = `mutation ($warmth: SetThermostatInput!, $request: CreateServiceRequestInput!) {
  setThermostat(input: $warmth) { command { __typename id } }
  createServiceRequest(input: $request) { serviceRequest { __typename id } }
}`;

const reading = z.object({ values: z.array(z.object({ zone: z.number(), value: z.string() })) });
const meter = z.object({
  id: z.string(),
  device: z.object({ id: z.string() }).nullable(),
  readings: z.object({ nodes: z.array(reading) }),
});
const home = z.object({
  outages: z.array(z.object({ id: z.string(), endsAt: z.string().nullable() })),
  residences: z.object({ nodes: z.array(z.object({ account: z.object({ meters: z.array(meter) }) })) }),
});

/** @param domain the company's, as it stands in login names */
export async function gatherExamples(domain: string): Promise<Examples> {
  const resident = `resident@${domain}`;
  const ids = new Map<string, string>();
  const gather = async (persona: string, query: string, variables = {}): Promise<unknown> => {
    const { body } = await ask(persona, query, variables);
    expect(body.errors).toBeUndefined();
    collectIds(body.data, ids);
    return body.data;
  };

  const { outages, residences } = home.parse(await gather(resident, HOME));
  const smart = residences.nodes.flatMap(({ account }) => account.meters).find(({ device }) => device !== null);
  const [last] = smart?.readings.nodes[0]?.values ?? [];
  if (!smart || !last) throw new Error('the resident has no smart meter with a reading');
  ids.set('Meter', smart.id);
  ids.set('Outage', outages.find(({ endsAt }) => endsAt !== null)?.id ?? '');

  // The consent that is in force is replaced; the one that was replaced may be withdrawn by whoever likes.
  await gather(resident, `mutation ($input: GiveConsentInput!) { giveConsent(input: $input) { consent { id } } }`, {
    input: consentInput(ids),
  });
  const { consents } = z
    .object({
      consents: z.object({ nodes: z.array(z.object({ id: z.string(), withdrawnAt: z.string().nullable() })) }),
    })
    .parse(await gather(resident, '{ consents(partner: SMART_HOME) { nodes { id withdrawnAt } } }'));
  ids.set('Consent', consents.nodes.find(({ withdrawnAt }) => withdrawnAt !== null)?.id ?? '');

  await gather(resident, ORDERS, {
    warmth: warmthInput(ids),
    request: requestInput(ids),
  });
  await gather(
    `dispatcher@${domain}`,
    'mutation ($input: UpdateServiceRequestInput!) { updateServiceRequest(input: $input) { serviceRequest { id } } }',
    { input: { ...updateInput(ids), deadline: inAMonth() } },
  );
  ids.set(LEAVER, leaverAt(domain));
  ids.set('BreakGlass', ofDispatcher(tenantOf(domain), 'BreakGlass', 'glass-1'));
  ids.set('RoleGrant', await gatherGrant(domain, ids));
  ids.set('Webhook', await gatherWebhook(domain));
  await gatherGroups(domain, ids);
  ids.set('PartnerContract', await gatherContract(domain));
  const tenant = tenantId(tenantOf(domain));
  ids.set('RecoveryRequest', encodeId({ tenant, type: 'RecoveryRequest', residence: undefined, key: 'none' }));
  await gatherReview(domain, ids);
  // A residence has six of the seven kinds of devices; the technician's three have them all.
  await gather(`technician@${domain}`, '{ devices(first: 100) { nodes { __typename id } } }');
  return { ids, lastReading: { meter: smart.id, ...last }, months: lastMonths() };
}

/**
 * A grant with everything that one can have, and without any effect: proposed, approved and revoked before it began; and
 * beside it one by a building. Whoever gathers twice finds the same.
 */
async function gatherGrant(domain: string, ids: Examples['ids']): Promise<string> {
  const order = async (persona: string, name: string, input: object): Promise<string> => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { grant { id } } }`;
    const idempotencyKey = sameKey(`${domain}/${name}/${JSON.stringify(input)}`);
    const { body } = await askFreshly(`${persona}@${domain}`, query, { input: { ...input, idempotencyKey } });
    expect(body.errors).toBeUndefined();
    return (
      z.object({ [name]: z.object({ grant: z.object({ id: z.string() }) }) }).parse(body.data)[name]?.grant.id ?? ''
    );
  };
  // A login may have to wait for the next TOTP code: both wait together.
  await Promise.all(['company-admin', 'security-officer'].map((persona) => logInFreshly(`${persona}@${domain}`)));
  const [since, until] = [startOfDayIn(20), startOfDayIn(40)];
  const terms = { ...grantInput(ids), since, until };
  await order('company-admin', 'grantRole', { ...terms, role: 'DISPATCHER', properties: [ids.get('Property')] });
  const grant = await order('company-admin', 'grantRole', terms);
  await order('security-officer', 'approveGrant', { grant });
  return order('security-officer', 'revokeGrant', { grant });
}

/** A token, a group without members that gives a role, and one that gives nothing. */
async function gatherGroups(domain: string, ids: Map<string, string>): Promise<void> {
  const { id, token } = await makeToken(domain, startOfDayIn(40));
  ids.set('ProvisioningToken', id);
  const company = domain.replace(/\.example$/, '');
  for (const type of ['ProvisionedGroup', LONELY_GROUP]) {
    const { body } = await scim(
      `${endpointOf(company)}/Groups`,
      'POST',
      { displayName: `A test of who may what: ${type}` },
      { authorization: `Bearer ${token}` },
    );
    const key = z.string().parse(body['id']);
    ids.set(type, encodeId({ tenant: tenantId(company), type: 'ProvisionedGroup', residence: undefined, key }));
  }
  const { body } = await askStrongly(
    `company-admin@${domain}`,
    'mutation ($input: SetGroupRoleInput!) { setGroupRole(input: $input) { group { id } } }',
    {
      input: {
        ...{ group: ids.get('ProvisionedGroup'), role: 'DISPATCHER', properties: [ids.get('Property')], days: 30 },
        idempotencyKey: crypto.randomUUID(),
      },
    },
  );
  expect(body.errors).toBeUndefined();
}

/** One that is there, or a new one. */
async function gatherWebhook(domain: string): Promise<string> {
  const officer = `security-officer@${domain}`;
  const listed = z.object({ webhooks: z.array(z.object({ id: z.string() })) });
  const { webhooks } = listed.parse((await ask(officer, '{ webhooks { id } }')).body.data);
  const [first] = webhooks;
  if (first) return first.id;
  const query = 'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } } }';
  const { body } = await askFreshly(officer, query, { input: webhookInput() });
  return z.object({ createWebhook: z.object({ webhook: z.object({ id: z.string() }) }) }).parse(body.data).createWebhook
    .webhook.id;
}

/** One that is there, or a new one. */
async function gatherContract(domain: string): Promise<string> {
  const manager = `integration-manager@${domain}`;
  const listed = z.object({ partnerContracts: z.object({ nodes: z.array(z.object({ id: z.string() })) }) });
  const { partnerContracts } = listed.parse(
    (await ask(manager, '{ partnerContracts(first: 1) { nodes { id } } }')).body.data,
  );
  const [first] = partnerContracts.nodes;
  if (first) return first.id;
  const query = 'mutation ($input: AddPartnerContractInput!) { addPartnerContract(input: $input) { contract { id } } }';
  const { body } = await askFreshly(manager, query, { input: contractInput() });
  return z.object({ addPartnerContract: z.object({ contract: z.object({ id: z.string() }) }) }).parse(body.data)
    .addPartnerContract.contract.id;
}

/** A review that is under way, and the first of its items, which was decided: that of the accountant. */
async function gatherReview(domain: string, ids: Map<string, string>): Promise<void> {
  const officer = `security-officer@${domain}`;
  const order = async (name: string, input: object, selection: string): Promise<void> => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`;
    const { body } = await askFreshly(officer, query, { input: { ...input, idempotencyKey: crypto.randomUUID() } });
    expect(body.errors).toBeUndefined();
    collectIds(body.data, ids);
  };
  await order(
    'startReview',
    reviewInput(),
    'review { __typename id items(first: 1) { nodes { __typename id grant { subject } } } }',
  );
  await order('decideReviewItems', decisionInput(ids), 'results { problem }');
}

/** The same UUID for the same order. */
function sameKey(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function startOfDayIn(days: number): string {
  const date = new Date(Date.now() + days * 24 * 60 * 60 * 1000);
  return `${date.toISOString().slice(0, 10)}T00:00:00.000Z`;
}

function leaverAt(domain: string): string {
  const leaver = LEAVERS.find(({ email }) => email.endsWith(`@${domain}`));
  if (!leaver) throw new TypeError('nobody has left');
  return encodeId({ tenant: tenantId(leaver.company), type: 'Person', residence: undefined, key: leaver.subject });
}

function tenantOf(domain: string): string {
  return domain.replace(/\.example$/, '');
}

/** A record of the sample estate that is about the dispatcher. */
function ofDispatcher(company: string, type: string, record: string): string {
  return encodeId({
    tenant: tenantId(company),
    type,
    residence: undefined,
    key: `${company}-dispatcher-${record}`,
  });
}

/** Objects of the same company in residences that neither the resident nor the technician was granted a role for. */
export async function gatherNeighbours({ key, domain }: SampleCompany): Promise<Examples> {
  const dispatcher = `dispatcher@${domain}`;
  const property = encodeId({ tenant: tenantId(key), type: 'Property', residence: undefined, key: `${key}-p05` });
  const ids = new Map<string, string>();
  const { body } = await ask(dispatcher, NEIGHBOURS, { property });
  expect(body.errors).toBeUndefined();
  collectIds(body.data, ids);
  const orders = await ask(dispatcher, ORDERS, {
    warmth: warmthInput(ids),
    request: requestInput(ids),
  });
  expect(orders.body.errors).toBeUndefined();
  collectIds(orders.body.data, ids);
  ids.set('PartnerContract', ofDispatcher(key, 'PartnerContract', 'contract-1'));
  ids.set('Notice', ofDispatcher(key, 'Notice', 'granted'));
  ids.set('BreakGlass', ofDispatcher(key, 'BreakGlass', 'glass-1'));
  for (const type of ['ReviewCampaign', 'ReviewItem']) ids.set(type, ofDispatcher(key, type, 'review-1'));
  return { ids, lastReading: { meter: ids.get('Meter') ?? '', zone: 1, value: '1' }, months: lastMonths() };
}

/** The same ids but for their keys, which nothing has. */
export function absentInsteadOf({ ids, lastReading, months }: Examples): Examples {
  const absent = (id: string, typeName: string): string => {
    const parts = decodeId(id);
    if (!parts) throw new TypeError('not an id');
    return encodeId({ ...parts, residence: parts.residence && residenceKey('nowhere'), key: `no-${typeName}` });
  };
  return {
    ids: new Map([...ids].map(([typeName, id]) => [typeName, absent(id, typeName)])),
    lastReading: { ...lastReading, meter: absent(lastReading.meter, 'Meter') },
    months,
  };
}

/** The types whose object is of a residence beyond these; undefined: all residences are within. */
export function typesBeyond({ ids }: Examples, residences: readonly string[] | undefined): readonly string[] {
  return [...ids].flatMap(([typeName, id]) => {
    const residence = decodeId(id)?.residence;
    return residence && residences && !residences.includes(residence) ? [typeName] : [];
  });
}

function lastMonths() {
  const month = (before: number): string => {
    const date = new Date();
    date.setUTCDate(1);
    date.setUTCMonth(date.getUTCMonth() - before);
    return date.toISOString().slice(0, 7);
  };
  return { from: month(3), to: month(2) };
}

/** The first id of each type of object. */
function collectIds(value: unknown, ids: Map<string, string>): void {
  if (typeof value !== 'object' || value === null) return;
  const { __typename: typeName, id } = { __typename: undefined, id: undefined, ...value };
  if (typeof typeName === 'string' && typeof id === 'string' && !ids.has(typeName)) ids.set(typeName, id);
  for (const inner of Object.values(value)) collectIds(inner, ids);
}
