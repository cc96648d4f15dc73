import { randomUUID } from 'node:crypto';
import type { SubgraphClaims } from '@commonhold/kit/tenancy/principal.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { createTestGateway } from '@commonhold/kit/testing/gateway.ts';
import type { ServiceName } from '@commonhold/platform/tls/identity.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { EITHER_DATABASE } from '@commonhold/test/databases.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type StartedDirectory, startDirectory } from './testing/start-directory.ts';

/** A company's admin after a fresh and strong login. */
const admin = (company: string): SubgraphClaims => ({
  ...claimsOf('COMPANY_ADMIN', company, []),
  sub: `${company}-company-admin`,
  policies: ['public', 'fresh-mfa', 'strong-mfa'],
});

const SHOWN = 'identityProvider { issuer clientId accountClaim assertionAudience multiFactorAcr multiFactorAmr setAt }';

describe.each(EITHER_DATABASE)("a company's own provider in a directory on %s", (_, provide) => {
  let started: StartedDirectory;
  beforeAll(async () => {
    started = await startDirectory(provide);
  });
  afterAll(() => started?.stop());

  const set = async (who: SubgraphClaims, input: object) => {
    const { data, errors } = await started.gateway.ask(
      who,
      `mutation ($input: SetIdentityProviderInput!) { setIdentityProvider(input: $input) { ${SHOWN} } }`,
      { input: { issuer: 'https://login.one.example', clientId: 'c1', idempotencyKey: randomUUID(), ...input } },
    );
    return { provider: (data as Record<string, Record<string, unknown>>)?.['setIdentityProvider'], errors };
  };
  const read = async (who: SubgraphClaims) => (await started.gateway.ask(who, `{ ${SHOWN} }`)).data;

  it('is set, set anew, and removed', async () => {
    const mapped = { multiFactorAmr: ['password+otp'], accountClaim: 'PREFERRED_USERNAME' };
    expect((await set(admin('northgate'), mapped)).provider).toEqual({
      identityProvider: {
        ...{ issuer: 'https://login.one.example', clientId: 'c1', assertionAudience: 'ISSUER', multiFactorAcr: [] },
        ...mapped,
        setAt: expect.any(String),
      },
    });
    await set(admin('northgate'), { clientId: 'c2' });
    expect(await read(admin('northgate'))).toMatchObject({ identityProvider: { clientId: 'c2', multiFactorAmr: [] } });

    const { data } = await started.gateway.ask(
      admin('northgate'),
      `mutation ($key: ID!) { removeIdentityProvider(input: { idempotencyKey: $key }) { ${SHOWN} } }`,
      { key: randomUUID() },
    );
    expect(data).toEqual({ removeIdentityProvider: { identityProvider: null } });
    expect(await read(admin('northgate'))).toEqual({ identityProvider: null });
  });

  it('is no other company’s', async () => {
    await set(admin('northgate'), { clientId: 'northgate' });
    await set(admin('riverside'), { clientId: 'riverside' });
    expect(await read(admin('northgate'))).toMatchObject({ identityProvider: { clientId: 'northgate' } });
    expect(await read(admin('riverside'))).toMatchObject({ identityProvider: { clientId: 'riverside' } });
  });

  it.each([
    ['http', { issuer: 'http://login.one.example' }, 'input.issuer'],
    ['no address', { issuer: 'login.one.example' }, 'input.issuer'],
    ['a query', { issuer: 'https://login.one.example/?company=1' }, 'input.issuer'],
    ['a user name in the address', { issuer: 'https://ada@login.one.example' }, 'input.issuer'],
    ['an empty client id', { clientId: '' }, 'input.clientId'],
    ['a combination with a space', { multiFactorAmr: ['pwd otp'] }, 'input.multiFactorAmr'],
    ['too many values', { multiFactorAcr: Array.from({ length: 21 }, (_, i) => `a${i}`) }, 'input.multiFactorAcr'],
  ])('is refused with %s', async (_, input, field) => {
    const { errors } = await set(admin('northgate'), input);
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    expect(errors?.[0]?.message).toContain(field);
  });

  describe('a login by it', () => {
    const ISSUER = 'https://login.one.example';
    const isTheirs = async (
      subject: string,
      providerSubject: string,
      issuer = ISSUER,
      caller: ServiceName = 'issuer',
    ) => {
      const identity = await started.identityOf(caller);
      const client = createTestGateway(identity, 'directory', started.port);
      const [tenant = ''] = subject.split('-');
      const token = await mintServiceToken(identity, 'directory', { tenant, sub: subject });
      const { status, body } = await client.send('/federated-login', {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ issuer, providerSubject }),
      });
      await client.close();
      return status === 200 ? JSON.parse(body).isTheirs : status;
    };
    beforeAll(async () => {
      await set(admin('northgate'), {});
      await set(admin('riverside'), {});
    });

    it('binds a subject there to a person, and neither to anybody else', async () => {
      expect(await isTheirs('northgate-analyst', 'one')).toBe(true);
      expect(await isTheirs('northgate-analyst', 'one')).toBe(true);
      expect(await isTheirs('northgate-analyst', 'two')).toBe(false);
      expect(await isTheirs('northgate-dispatcher', 'one')).toBe(false);
    });

    it('binds in its own company alone, and to its provider of the moment alone', async () => {
      expect(await isTheirs('riverside-analyst', 'one')).toBe(true);
      expect(await isTheirs('northgate-accountant', 'three', 'https://login.other.example')).toBe(false);
    });

    it('binds one subject though several come at once', async () => {
      const answers = await Promise.all(['a', 'b', 'c', 'd'].map((one) => isTheirs('northgate-technician', one)));
      expect(answers.filter(Boolean)).toHaveLength(1);
    });

    it('lets nobody in whose role takes two people to grant, since one alone names the provider', async () => {
      for (const subject of ['northgate-security-officer', 'northgate-company-admin']) {
        expect(await isTheirs(subject, `of ${subject}`)).toBe(false);
      }
    });

    it('is the issuer’s to ask about', async () => {
      expect(await isTheirs('northgate-analyst', 'one', ISSUER, 'gateway')).toBe(401);
    });
  });

  it('is nobody’s business but the admins’', async () => {
    const officer = { ...admin('northgate'), ...claimsOf('SECURITY_OFFICER', 'northgate', []) };
    const { data, errors } = await started.gateway.ask(officer, `{ ${SHOWN} }`);
    expect(data).toEqual({ identityProvider: null });
    expect(errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
  });
});
