/** A technician whose rights come and go with the service requests that are assigned to them. */
import { ON_CALL, PERSONAS, type Persona } from '@commonhold/development/personas.ts';
import { decodeId, encodeId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { openPartnerOffice, type PartnerOffice } from '../partners/communal-office.ts';
import { type SecondGateway, startSecondGateway } from '../policy/second-gateway.ts';

const TENANT = tenantId('riverside');
const HOME = residenceKey('riverside-p08-r02');
const ID = encodeId({ tenant: TENANT, type: 'Residence', residence: HOME, key: HOME });
const created = z.object({ createServiceRequest: z.object({ serviceRequest: z.object({ id: z.string() }) }) });

describe('a technician who works by assignment', () => {
  let gateway: SecondGateway;
  let request = '';
  const onCall = named(ON_CALL, 'riverside-on-call');
  const dispatcher = named(PERSONAS, 'riverside-dispatcher');
  const person = encodeId({ tenant: TENANT, type: 'Person', residence: undefined, key: onCall.subject });
  let office: PartnerOffice;
  const order = (input: object) => ({ input: { idempotencyKey: crypto.randomUUID(), ...input } });

  const look = async () => {
    const { body } = await gateway.ask(
      onCall,
      'query ($id: ID!) { residence(id: $id) { devices(first: 1) { nodes { id } } } }',
      {
        id: ID,
      },
    );
    return body.data?.['residence'];
  };
  const update = (change: object, who: Persona = dispatcher) =>
    gateway.ask(
      who,
      'mutation ($input: UpdateServiceRequestInput!) { updateServiceRequest(input: $input) { serviceRequest { status assignee } } }',
      order({ serviceRequest: request, ...change }),
    );

  beforeAll(async () => {
    gateway = await startSecondGateway();
    office = await openPartnerOffice(TENANT);
    const until = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString();
    const grant = await gateway.ask(
      named(PERSONAS, 'riverside-company-admin'),
      'mutation ($input: GrantRoleInput!) { grantRole(input: $input) { grant { state } } }',
      order({ person, role: 'TECHNICIAN', assignments: true, reason: 'Repairs what is assigned', until }),
    );
    expect(grant.body.errors).toBeUndefined();
    const { body } = await gateway.ask(
      dispatcher,
      'mutation ($input: CreateServiceRequestInput!) { createServiceRequest(input: $input) { serviceRequest { id } } }',
      order({ residence: ID, category: 'PLUMBING', description: 'Drips' }),
    );
    request = created.parse(body.data).createServiceRequest.serviceRequest.id;
  });
  afterAll(async () => {
    await gateway?.stop();
    await office?.close();
  });

  it('reaches nothing there before it is assigned to them, and cannot assign it to themselves', async () => {
    expect(await look()).toBeNull();
    const { body } = await update({ assignee: person }, onCall);
    expect(body.data).toEqual({ updateServiceRequest: null });
    expect(body.errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    expect(await look()).toBeNull();
  });

  it('reaches it from the next request on once it is', async () => {
    const { body } = await update({ status: 'ASSIGNED', assignee: person });
    expect(body).toEqual({
      data: { updateServiceRequest: { serviceRequest: { status: 'ASSIGNED', assignee: person } } },
    });
    expect(await look()).toEqual({ devices: { nodes: [{ id: expect.any(String) }] } });
  });

  it('reaches nothing there any more once it is done', async () => {
    await update({ status: 'DONE' });
    expect(await look()).toBeNull();
  });

  it.each([
    ['handed to somebody else', { assigneeRef: 'riverside-analyst' }],
    ['done', { status: 'done' }],
  ] as const)('reaches it when it is assigned at the partner itself, until it is %s there', async (_what, over) => {
    const key = decodeId(request)?.key ?? '';
    await office.change(key, { status: 'assigned', assigneeRef: onCall.subject });
    expect(await look()).toBeNull();
    await office.look();
    expect(await look()).toEqual({ devices: { nodes: [{ id: expect.any(String) }] } });
    await office.change(key, over);
    await office.look();
    expect(await look()).toBeNull();
  });
});

function named(people: readonly Persona[], subject: string): Persona {
  const found = people.find((candidate) => candidate.subject === subject);
  if (!found) throw new TypeError(`there is no ${subject}`);
  return found;
}
