/** Objects of a company of which every field can be read: gathered by personas who may, before others try. */

import { createHash } from 'node:crypto';
import type { SampleCompany } from '@commonhold/development/estate.ts';
import { LEAVERS } from '@commonhold/development/personas.ts';
import { decodeId, encodeId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { expect } from '@jest/globals';
import { z } from 'zod';
import { ask } from '../system/client.ts';
import { freshTokenFor } from './fresh-token.ts';
import { consentInput, grantInput, inAMonth, LEAVER, requestInput, updateInput, warmthInput } from './inputs.ts';

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
  'Command.reason': 'this command was carried out',
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
  ids.set('RoleGrant', await gatherGrant(domain, ids));
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
    const headers = { authorization: `Bearer ${await freshTokenFor(`${persona}@${domain}`)}` };
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { grant { id } } }`;
    const idempotencyKey = sameKey(`${domain}/${name}/${JSON.stringify(input)}`);
    const { body } = await ask(undefined, query, { input: { ...input, idempotencyKey } }, headers);
    expect(body.errors).toBeUndefined();
    return (
      z.object({ [name]: z.object({ grant: z.object({ id: z.string() }) }) }).parse(body.data)[name]?.grant.id ?? ''
    );
  };
  // A login may have to wait for the next TOTP code: both wait together.
  await Promise.all(['company-admin', 'security-officer'].map((persona) => freshTokenFor(`${persona}@${domain}`)));
  const [since, until] = [startOfDayIn(20), startOfDayIn(40)];
  const terms = { ...grantInput(ids), since, until };
  await order('company-admin', 'grantRole', { ...terms, role: 'DISPATCHER', properties: [ids.get('Property')] });
  const grant = await order('company-admin', 'grantRole', terms);
  await order('security-officer', 'approveGrant', { grant });
  return order('security-officer', 'revokeGrant', { grant });
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
