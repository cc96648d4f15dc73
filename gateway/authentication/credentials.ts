/**
 * The access token in a request's `Authorization` header, by the scheme `Bearer` (RFC 6750, section 2.1) or `DPoP`
 * (RFC 9449, section 7.1); nowhere else is one looked for.
 */

export type Scheme = 'Bearer' | 'DPoP';

export type Credentials =
  | { readonly kind: 'absent' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'token'; readonly scheme: Scheme; readonly token: string };

const CREDENTIALS = /^(Bearer|DPoP) +([A-Za-z0-9\-._~+/]+=*)$/i;
const GREATEST_LENGTH = 8_192;

/** @param rawHeaders names and values in turn, as they came: Node drops the second of two `Authorization` headers. */
export function readCredentials(rawHeaders: readonly string[]): Credentials {
  const [value, ...others] = headerValues(rawHeaders, 'authorization');
  if (value === undefined) return { kind: 'absent' };
  const [, scheme, token] = (others.length === 0 && CREDENTIALS.exec(value)) || [];
  if (scheme === undefined || token === undefined || token.length > GREATEST_LENGTH) return { kind: 'malformed' };
  return { kind: 'token', scheme: scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', token };
}

/** Every value of a header, one for each time that it came. @param name in small letters */
export function headerValues(rawHeaders: readonly string[], name: string): readonly string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}
