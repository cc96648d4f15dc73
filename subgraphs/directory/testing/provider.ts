/** For tests: a company's identity provider, as the gateway passes its requests on. */
import { randomUUID } from 'node:crypto';
import type { SubgraphClaims } from '@commonhold/kit/tenancy/principal.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { createTestGateway } from '@commonhold/kit/testing/gateway.ts';
import type { ServiceName } from '@commonhold/platform/tls/identity.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { z } from 'zod';
import type { StartedDirectory } from './start-directory.ts';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export interface TestProvider {
  readonly token: string;
  request(method: string, path: string, body?: object): Promise<z.output<typeof answer>>;
  /** Says whether somebody is active. */
  setActive(id: string, value: unknown): Promise<void>;
  /** @returns the id */
  addUser(attributes?: object): Promise<string>;
}

const answer = z.object({ status: z.number(), body: z.record(z.string(), z.unknown()).default({}) });

/** A company's admin after a fresh and strong login. */
export function adminOf(company: string): SubgraphClaims {
  return {
    ...claimsOf('COMPANY_ADMIN', company, []),
    sub: `${company}-company-admin`,
    policies: ['public', 'personal-data', 'fresh-mfa', 'strong-mfa'],
  };
}

export async function startProvider(started: StartedDirectory, company: string): Promise<TestProvider> {
  const until = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString();
  const { data } = await started.gateway.ask(
    adminOf(company),
    'mutation ($input: CreateProvisioningTokenInput!) { createProvisioningToken(input: $input) { token } }',
    { input: { until, idempotencyKey: randomUUID() } },
  );
  const { token } = z
    .object({ createProvisioningToken: z.object({ token: z.string() }) })
    .parse(data).createProvisioningToken;
  const request: TestProvider['request'] = async (method, path, body) => {
    const [route = '', search = ''] = path.replace(/^\//, '').split('?');
    const query = Object.fromEntries(new URLSearchParams(search));
    const base = `https://gateway.example/scim/v2/${company}`;
    const forwarded = { token, method, path: route, query, base, body };
    const { text } = await askAs(started, 'gateway', '/provisioning', { tenant: company }, forwarded);
    return answer.parse(JSON.parse(text));
  };
  return {
    token,
    request,
    setActive: async (id, value) => {
      const message = { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'active', value }] };
      const { status, body } = await request('PATCH', `/Users/${id}`, message);
      if (status !== 200) throw new Error(JSON.stringify(body));
    },
    addUser: async (attributes = {}) => {
      const userName = `${randomUUID()}@${company}.example`;
      const { body } = await request('POST', '/Users', { schemas: [USER], userName, ...attributes });
      return z.string().parse(body['id']);
    },
  };
}

/** Asks a route of the directory as another service does. */
export async function askAs(
  started: StartedDirectory,
  caller: ServiceName,
  path: string,
  claims: Readonly<Record<string, string>>,
  body: object = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const identity = await started.identityOf(caller);
  const connection = createTestGateway(identity, 'directory', started.port);
  try {
    const token = await mintServiceToken(identity, 'directory', claims);
    const { status, body: text } = await connection.send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    return { status, text };
  } finally {
    await connection.close();
  }
}
