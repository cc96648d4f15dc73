/** Every way in which somebody stops being allowed something, each made at the first of two directories. */
import { randomUUID } from 'node:crypto';
import { encodeId, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { createTestGateway } from '@commonhold/kit/testing/gateway.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import type { Role } from '@commonhold/schema/policy.ts';
import type { Replicas } from './replicas.ts';

/** Somebody with an access token that is let in, until it is taken away. */
export interface Held {
  readonly token: string;
  take(): Promise<void>;
  /** So that it can be given and taken again. */
  restore?(): Promise<void>;
}

export interface Removals {
  /** By what was done: gives what is then taken. */
  readonly kinds: Readonly<Record<RemovalKind, () => Promise<Held>>>;
  close(): Promise<void>;
}

export const REMOVAL_KINDS = [
  'revokeGrant',
  'suspendPerson',
  'SCIM active: false',
  'logout',
  'refresh reuse',
  'token revoked',
] as const;

export type RemovalKind = (typeof REMOVAL_KINDS)[number];

const COMPANY = 'northgate';
const DAY = 24 * 60 * 60 * 1000;
const HOUR = 60 * 60 * 1000;

export async function openRemovals({ first, issuer, identityOf }: Replicas): Promise<Removals> {
  const asGateway = createTestGateway(await identityOf('gateway'), 'directory', first.directoryPort);
  const asIssuer = createTestGateway(await identityOf('issuer'), 'directory', first.directoryPort);
  const personId = (key: string): string =>
    encodeId({ tenant: tenantId(COMPANY), type: 'Person', residence: undefined, key });

  const order = async (name: string, input: object, selection: string): Promise<Record<string, unknown>> => {
    const { sub: _, ...claims } = claimsOf('COMPANY_ADMIN', COMPANY);
    const admin = { ...claims, sub: `${COMPANY}-company-admin`, policies: ['public', 'fresh-mfa', 'strong-mfa'] };
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`;
    const { data, errors } = await asGateway.ask(admin, query, { input: { idempotencyKey: randomUUID(), ...input } });
    const payload = data?.[name];
    if (errors || typeof payload !== 'object' || payload === null) throw new Error(JSON.stringify(errors));
    return payload as Record<string, unknown>;
  };

  const grant = async (subject: string, role: Role): Promise<string> => {
    const until = new Date(Date.now() + DAY).toISOString();
    const input = { role, person: personId(subject), reason: 'A test', until };
    return ((await order('grantRole', input, 'grant { id }'))['grant'] as { id: string }).id;
  };

  const tokenOf = (subject: string, claims: Readonly<Record<string, unknown>> = {}): Promise<string> =>
    issuer.sign({ tenant: COMPANY, sub: subject, exp: Math.floor((Date.now() + HOUR) / 1000), ...claims });

  /** As the issuer tells the directory that a login or a token has ended. */
  const end = async (ended: object): Promise<void> => {
    const token = await mintServiceToken(await identityOf('issuer'), 'directory', { tenant: COMPANY });
    const { status } = await asIssuer.send('/ended', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ ...ended, until: new Date(Date.now() + HOUR) }),
    });
    if (status !== 204) throw new Error(`/ended answered ${status}`);
  };
  const endedSession = async (): Promise<Held> => {
    const session = randomUUID();
    const token = await tokenOf(`${COMPANY}-dispatcher`, { sid: session });
    return { token, take: () => end({ kind: 'session', session }) };
  };

  let provisioning: Promise<string> | undefined;
  const scim = async (method: string, path: string, body: object): Promise<Record<string, unknown>> => {
    const until = new Date(Date.now() + DAY).toISOString();
    provisioning ??= order('createProvisioningToken', { until }, 'token').then(({ token }) => String(token));
    const response = await fetch(new URL(`/scim/v2/${COMPANY}${path}`, first.gatewayUrl), {
      method,
      headers: { 'content-type': 'application/scim+json', authorization: `Bearer ${await provisioning}` },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  };

  return {
    kinds: {
      revokeGrant: async () => {
        // Whose own role doesn't let them see what is asked for.
        const subject = `${COMPANY}-analyst`;
        const granted = await grant(subject, 'DISPATCHER');
        const take = async () => void (await order('revokeGrant', { grant: granted }, 'grant { id }'));
        return { token: await tokenOf(subject), take };
      },
      suspendPerson: async () => {
        const person = personId(`${COMPANY}-dispatcher`);
        return {
          token: await tokenOf(`${COMPANY}-dispatcher`),
          take: async () => void (await order('suspendPerson', { person, reason: 'A test' }, 'person { id }')),
          restore: async () => void (await order('reinstatePerson', { person }, 'person { id }')),
        };
      },
      'SCIM active: false': async () => {
        const userName = `${randomUUID()}@northgate.example`;
        const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User'];
        const id = String((await scim('POST', '/Users', { schemas, userName }))['id']);
        await grant(id, 'DISPATCHER');
        const change = {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
          Operations: [{ op: 'replace', path: 'active', value: false }],
        };
        return { token: await tokenOf(id), take: async () => void (await scim('PATCH', `/Users/${id}`, change)) };
      },
      logout: endedSession,
      // The issuer tells the same when a refresh token comes twice: the login that it was of has ended.
      'refresh reuse': endedSession,
      'token revoked': async () => {
        const jti = randomUUID();
        return {
          token: await tokenOf(`${COMPANY}-dispatcher`, { jti }),
          take: () => end({ kind: 'token', token: jti }),
        };
      },
    },
    close: async () => {
      await asGateway.close();
      await asIssuer.close();
    },
  };
}
