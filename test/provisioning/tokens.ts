/** Tokens by which a company's identity provider comes: two may be in force at a time, and several tests want one. */
import { expect } from '@jest/globals';
import { z } from 'zod';
import { askFreshly, askStrongly } from '../policy/fresh-login.ts';
import { ask } from '../system/client.ts';

const listed = z.object({ provisioningTokens: z.array(z.object({ id: z.string(), until: z.string() })) });
const made = z.object({
  createProvisioningToken: z.object({ token: z.string(), provisioningToken: z.object({ id: z.string() }) }),
});

/** Makes room for another one: what is in force with another end than `until` is revoked, as far as it has to be. */
export async function makeToken(
  domain: string,
  until: string,
): Promise<{ readonly id: string; readonly token: string }> {
  const admin = `company-admin@${domain}`;
  const tokens = await listTokens(domain);
  const others = tokens.filter((one) => one.until !== until);
  const leaving = [...others, ...tokens.filter((one) => one.until === until)].slice(0, Math.max(0, tokens.length - 1));
  for (const { id } of leaving) await revokeToken(domain, id);
  const { body } = await askStrongly(
    admin,
    `mutation ($input: CreateProvisioningTokenInput!) {
      createProvisioningToken(input: $input) { token provisioningToken { id } }
    }`,
    { input: { until, idempotencyKey: crypto.randomUUID() } },
  );
  expect(body.errors).toBeUndefined();
  const { token, provisioningToken } = made.parse(body.data).createProvisioningToken;
  return { id: provisioningToken.id, token };
}

export async function listTokens(domain: string): Promise<readonly { readonly id: string; readonly until: string }[]> {
  const { body } = await ask(`company-admin@${domain}`, '{ provisioningTokens { id until } }');
  return listed.parse(body.data).provisioningTokens;
}

export async function revokeToken(domain: string, id: string): Promise<void> {
  const { body } = await askFreshly(
    `company-admin@${domain}`,
    'mutation ($input: RevokeProvisioningTokenInput!) { revokeProvisioningToken(input: $input) { revoked } }',
    { input: { provisioningToken: id, idempotencyKey: crypto.randomUUID() } },
  );
  expect(body.data).toEqual({ revokeProvisioningToken: { revoked: id } });
}
