/** A company's identity provider: SCIM over HTTP at the gateway, with a token that a company's admin made. */
import { randomUUID } from 'node:crypto';
import { system } from '../system/description.ts';
import { makeToken, revokeToken } from './tokens.ts';

export interface ScimResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** {} when it is no object. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Provider {
  readonly company: string;
  readonly token: string;
  /** @param path such as `/Users?count=2` */
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ScimResponse>;
  /** A user of this name. @returns the id */
  addUser(attributes?: object): Promise<string>;
  /** Its token is revoked. */
  leave(): Promise<void>;
}

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export function endpointOf(company: string): string {
  return new URL(`/scim/v2/${company}`, system().graphqlUrl).href;
}

export async function providerOf(company: 'northgate' | 'riverside'): Promise<Provider> {
  const domain = `${company}.example`;
  const until = new Date(Date.now() + 7 * 24 * 60 * 60 * 1000).toISOString();
  const { id, token } = await makeToken(domain, until);
  const request: Provider['request'] = (method, path, body, headers = {}) =>
    scim(`${endpointOf(company)}${path}`, method, body, { authorization: `Bearer ${token}`, ...headers });
  return {
    company,
    token,
    request,
    addUser: async (attributes = {}) => {
      const userName = `${randomUUID()}@${domain}`;
      const { status, body, text } = await request('POST', '/Users', { schemas: [USER], userName, ...attributes });
      if (status !== 201) throw new Error(text);
      return String(body['id']);
    },
    leave: () => revokeToken(domain, id),
  };
}

export async function scim(
  url: string,
  method: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<ScimResponse> {
  const response = await fetch(url, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/scim+json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

/** A PATCH message. */
export function patch(...operations: readonly object[]): object {
  return { schemas: [PATCH_OP], Operations: operations };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
