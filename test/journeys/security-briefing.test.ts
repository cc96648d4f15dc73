/** Somebody who works for a company sees personal data once they have confirmed the security briefing. */
import { ON_CALL } from '@commonhold/development/personas.ts';
import { encodeId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ALL_FIELDS, introspectedFields } from '../policy/introspection.ts';
import { loadMatrix } from '../policy/matrix.ts';
import { type SecondGateway, startSecondGateway } from '../policy/second-gateway.ts';

const TENANT = tenantId('riverside');
const HOME = residenceKey('riverside-p19-r01');
const ID = encodeId({ tenant: TENANT, type: 'Residence', residence: HOME, key: HOME });

const LOOK = `query ($id: ID!) {
  residence(id: $id) { number account { id meters { serial } } }
  serviceRequests(first: 5) { nodes { number description } }
}`;
const CONFIRM =
  'mutation ($input: ConfirmSecurityBriefingInput!) { confirmSecurityBriefing(input: $input) { securityBriefing { required } } }';

const seen = z.object({
  residence: z.object({ number: z.string() }),
  serviceRequests: z.object({ nodes: z.array(z.object({ number: z.string(), description: z.string().nullable() })) }),
});
const briefing = z.object({
  securityBriefing: z.object({ version: z.string(), text: z.string(), required: z.boolean() }),
});

describe('a technician who has just begun', () => {
  let gateway: SecondGateway;
  const newcomer = ON_CALL.find(({ company }) => company === TENANT) ?? { subject: '', company: '' };
  const look = () => gateway.ask(newcomer, LOOK, { id: ID });
  const read = async () => {
    const { body } = await gateway.ask(newcomer, '{ securityBriefing { version text required } }');
    return briefing.parse(body.data).securityBriefing;
  };

  beforeAll(async () => {
    gateway = await startSecondGateway();
  });
  afterAll(() => gateway?.stop());

  it('is told at each field with personal data that the briefing is due, and sees the rest', async () => {
    const { body } = await look();
    const { nodes } = seen.parse(body.data).serviceRequests;
    expect(nodes.length).toBeGreaterThan(0);
    expect(nodes.map(({ description }) => description).filter((text) => text !== null)).toEqual([]);
    const codes = (body.errors ?? []).map(({ path, extensions }) => `${extensions?.['code']} ${path?.join('.')}`);
    expect(codes).toEqual(['BRIEFING_REQUIRED serviceRequests.nodes.@.description']);
    expect((await read()).required).toBe(true);
  });

  it('is denied what is not theirs as anybody is', async () => {
    const { body } = await gateway.ask(newcomer, '{ people { nodes { name } } }');
    expect(body.errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
  });

  it('is shown by introspection what the confirmation opens', async () => {
    const matrix = await loadMatrix();
    const { body } = await gateway.ask(newcomer, ALL_FIELDS);
    expect(introspectedFields(body.data).toSorted()).toEqual([...matrix.reachable('TECHNICIAN')].toSorted());
  });

  it('confirms nothing by another version than the one in force', async () => {
    const { body } = await gateway.ask(newcomer, CONFIRM, { input: { version: '2020-1' } });
    expect(body.errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
    expect((await read()).required).toBe(true);
  });

  it('sees it from the next request on once they have confirmed what they read', async () => {
    const { version, text } = await read();
    expect(text).toMatch(/^Security briefing/);
    const { body } = await gateway.ask(newcomer, CONFIRM, { input: { version } });
    expect(body).toEqual({ data: { confirmSecurityBriefing: { securityBriefing: { required: false } } } });
    const answer = await look();
    expect(answer.body.errors).toBeUndefined();
    expect(seen.parse(answer.body.data).serviceRequests.nodes[0]?.description).toEqual(expect.any(String));
  });
});
