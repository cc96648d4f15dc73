/** A token for a company's own key: OAuth client credentials with `private_key_jwt` (RFC 7523, section 2.2). */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { CompanyKey } from './company-keys.ts';
import type { ReachableContract } from './contract.ts';
import type { Answer, Transport } from './transport.ts';

export interface TokenClient {
  readonly clientId: string;
  readonly signing: CompanyKey;
}

const ASSERTION_SECONDS = 60;

/** @returns what the token endpoint at `tokenPath` answers @throws {PartnerError} when it doesn't */
export async function requestByAssertion(
  { address, timeouts }: ReachableContract,
  tokenPath: string,
  { clientId, signing }: TokenClient,
  transport: Pick<Transport, 'send'>,
): Promise<Answer> {
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: signing.id, typ: 'JWT' })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(address)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${ASSERTION_SECONDS}s`)
    .sign(signing.key);
  return await transport.send({
    method: 'POST',
    path: tokenPath,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }).toString(),
    signal: AbortSignal.timeout(timeouts.attemptMilliseconds),
  });
}
