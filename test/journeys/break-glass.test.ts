/** An emergency where nobody on duty has rights: taken for a while, watched, and given back. */
import { ON_CALL, PERSONAS, type Persona } from '@commonhold/development/personas.ts';
import { currentBriefing } from '@commonhold/directory/briefing/briefing.ts';
import { residenceId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { FRESH_MFA_SECONDS } from '@commonhold/schema/policy.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { type SecondGateway, startSecondGateway } from '../policy/second-gateway.ts';

const AWAY = residenceId(tenantId('northgate'), residenceKey('northgate-p05-r03'));

const HOME = `query ($id: ID!) {
  residence(id: $id) { number occupants { name } devices(first: 20) { nodes { __typename id } } account { id } }
}`;
const BREAK = 'mutation ($input: BreakGlassInput!) { breakGlass(input: $input) { breakGlass { id state places } } }';
const CONFIRM =
  'mutation ($input: ConfirmSecurityBriefingInput!) { confirmSecurityBriefing(input: $input) { clientMutationId } }';
const UNLOCK = 'mutation ($input: DeviceCommandInput!) { unlockDoor(input: $input) { command { status } } }';

const home = z.object({
  residence: z
    .object({
      number: z.string(),
      occupants: z.array(z.object({ name: z.string() })).nullable(),
      devices: z.object({ nodes: z.array(z.object({ __typename: z.string(), id: z.string() })) }).nullable(),
      account: z.unknown(),
    })
    .nullable(),
});
const broken = z.object({ breakGlass: z.object({ breakGlass: z.object({ id: z.string(), state: z.string() }) }) });

describe('somebody on call', () => {
  let gateway: SecondGateway;
  let id = '';
  let lock = '';

  beforeAll(async () => {
    gateway = await startSecondGateway();
  });
  afterAll(() => gateway?.stop());

  const onCall = named(ON_CALL, 'northgate-on-call');
  const officer = named(PERSONAS, 'northgate-security-officer');
  const order = (input: object) => ({ input: { idempotencyKey: crypto.randomUUID(), ...input } });
  const look = async () => {
    const { body } = await gateway.ask(onCall, HOME, { id: AWAY });
    return { ...home.parse(body.data), codes: (body.errors ?? []).map(({ extensions }) => extensions?.['code']) };
  };

  it('reaches nothing there by their role', async () => {
    expect((await look()).residence).toBeNull();
  });

  it('has to have logged in freshly to break the glass', async () => {
    const input = order({ residences: [AWAY], reason: 'Somebody calls for help' });
    const { body } = await gateway.ask(onCall, BREAK, input, { secondsAgo: FRESH_MFA_SECONDS + 1 });
    expect(body.errors?.[0]?.extensions?.['code']).toBe('INSUFFICIENT_AUTHENTICATION');
    expect((await look()).residence).toBeNull();
  });

  it('finds out who is in there and opens the door, from the next request on, and sees no account', async () => {
    const input = order({ residences: [AWAY], reason: 'Somebody calls for help' });
    const { body } = await gateway.ask(onCall, BREAK, input);
    ({ id } = broken.parse(body.data).breakGlass.breakGlass);

    // However urgent it is, personal data is for those who know how to deal with it.
    expect((await look()).codes).toContain('BRIEFING_REQUIRED');
    await gateway.ask(onCall, CONFIRM, { input: { version: currentBriefing().version } });

    const { residence } = await look();
    expect(residence?.occupants?.[0]?.name).toEqual(expect.any(String));
    expect(residence?.account).toBeNull();
    lock = residence?.devices?.nodes.find(({ __typename }) => __typename === 'DoorLock')?.id ?? '';
    const unlocked = await gateway.ask(onCall, UNLOCK, order({ device: lock }));
    expect(unlocked.body).toEqual({ data: { unlockDoor: { command: { status: expect.any(String) } } } });
  });

  it('grants nobody anything by it', async () => {
    const { body } = await gateway.ask(
      onCall,
      'mutation ($input: RevokeGrantInput!) { revokeGrant(input: $input) { grant { id } } }',
      order({ grant: id }),
    );
    expect(body.errors?.[0]?.extensions?.['code']).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
  });

  it('is seen by security officers at once', async () => {
    const { body } = await gateway.ask(officer, '{ breakGlassUses(open: true) { nodes { id state subject } } }');
    expect(body.data?.['breakGlassUses']).toEqual({
      nodes: expect.arrayContaining([{ id, state: 'IN_FORCE', subject: 'northgate-on-call' }]),
    });
  });

  it('reaches nothing there any more once it is given back, with the same token or another', async () => {
    const end = 'mutation ($input: EndBreakGlassInput!) { endBreakGlass(input: $input) { breakGlass { state } } }';
    const { body } = await gateway.ask(onCall, end, order({ breakGlass: id }));
    expect(body.data).toEqual({ endBreakGlass: { breakGlass: { state: 'REVIEW_DUE' } } });

    expect((await look()).residence).toBeNull();
    const unlocked = await gateway.ask(onCall, UNLOCK, order({ device: lock }));
    expect(unlocked.body.data).toEqual({ unlockDoor: { command: null } });
  });

  it('waits for a review, and may break the glass again after it', async () => {
    const input = order({ residences: [AWAY], reason: 'Once more', minutes: 1 });
    expect((await gateway.ask(onCall, BREAK, input)).body.errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    const review =
      'mutation ($input: ReviewBreakGlassInput!) { reviewBreakGlass(input: $input) { breakGlass { state } } }';
    const verdict = order({ breakGlass: id, outcome: 'JUSTIFIED', remark: 'The fire brigade came, too' });
    const { body } = await gateway.ask(officer, review, verdict);
    expect(body.data).toEqual({ reviewBreakGlass: { breakGlass: { state: 'REVIEWED' } } });
  });
});

function named<Someone extends Pick<Persona, 'subject'>>(people: readonly Someone[], subject: string): Someone {
  const found = people.find((person) => person.subject === subject);
  if (!found) throw new TypeError(`there is no ${subject}`);
  return found;
}
