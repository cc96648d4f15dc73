/** `fetch` with an access token, and with what shows that it is in the right hands: a proof (RFC 9449) or a certificate. */
import { ports } from '@commonhold/platform/addresses.ts';
import type { ProofKey } from './proof-key.ts';
import { fetchOverMutualTls, type ServiceCertificate } from './service-certificate.ts';

export interface HeldToken {
  readonly accessToken: string;
  /** What it is bound to; undefined: nothing. */
  readonly key?: ProofKey | undefined;
  /** The certificate that it is bound to: it is of use over a connection with that one alone (RFC 8705). */
  readonly certificate?: ServiceCertificate | undefined;
}

/** Where the gateway takes it: services come by a door of their own. */
export function gatewayAddress(environment: NodeJS.ProcessEnv, { certificate }: HeldToken): string {
  const { GATEWAY_PORT, GATEWAY_SERVICES_PORT } = ports(environment);
  return certificate
    ? `https://localhost:${GATEWAY_SERVICES_PORT}/graphql`
    : `http://localhost:${GATEWAY_PORT}/graphql`;
}

/** A proof without the nonce that the server wants is made again, with the one that it names. */
export async function fetchWithToken(token: HeldToken, address: string, init: RequestInit): Promise<Response> {
  const { key, certificate } = token;
  const fetchBy = certificate ? fetchOverMutualTls(certificate) : fetch;
  const send = async (): Promise<Response> => {
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(await headersWith(token, address, init.method)))
      headers.set(name, value);
    return fetchBy(address, { ...init, headers });
  };
  const answer = await send();
  const nonce = answer.headers.get('dpop-nonce');
  if (!key || nonce === null) return answer;
  key.nonces.set(new URL(address).origin, nonce);
  if (!answer.headers.get('www-authenticate')?.includes('use_dpop_nonce')) return answer;
  await answer.body?.cancel();
  return send();
}

/** The headers of one request: `authorization`, and for a bound token `dpop`. */
export async function headersWith(
  { accessToken, key }: HeldToken,
  address: string,
  method = 'GET',
): Promise<Readonly<Record<string, string>>> {
  if (!key) return { authorization: `Bearer ${accessToken}` };
  const nonce = key.nonces.get(new URL(address).origin);
  return { authorization: `DPoP ${accessToken}`, dpop: await key.prove({ method, address, accessToken, nonce }) };
}
