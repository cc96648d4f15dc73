/** The access token in a request's `Authorization` header (RFC 6750, section 2.1); nowhere else is one looked for. */

export type BearerToken =
  | { readonly kind: 'absent' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'token'; readonly token: string };

const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;
const GREATEST_LENGTH = 8_192;

/** @param rawHeaders names and values in turn, as they came: Node drops the second of two `Authorization` headers. */
export function readBearerToken(rawHeaders: readonly string[]): BearerToken {
  const values = rawHeaders.filter((_, index) => index % 2 === 1 && isAuthorization(rawHeaders[index - 1]));
  const [value, ...others] = values;
  if (value === undefined) return { kind: 'absent' };
  const token = others.length === 0 ? BEARER.exec(value)?.[1] : undefined;
  if (token === undefined || token.length > GREATEST_LENGTH) return { kind: 'malformed' };
  return { kind: 'token', token };
}

function isAuthorization(name: string | undefined): boolean {
  return name?.toLowerCase() === 'authorization';
}
