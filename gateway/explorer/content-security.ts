/**
 * What the explorer's page may load and talk to (Content Security Policy Level 3).
 *
 * Scripts come from the gateway alone: nothing inline but the import map, which is named by its hash, and no `eval`.
 * Apollo Sandbox is a frame of another origin. It reaches neither the page nor its memory, and what it needs for itself
 * isn't asked of this policy.
 */
import { createHash } from 'node:crypto';

export const SANDBOX_ORIGIN = 'https://sandbox.embed.apollographql.com';

export interface PageSources {
  readonly importMap: string;
  /** For the style elements that GraphiQL makes while a dialog is open. */
  readonly styleNonce: string;
  /** Of the issuer, which the page asks for tokens. */
  readonly issuerOrigin: string | undefined;
}

/** The value of `Content-Security-Policy`. */
export function contentSecurityPolicy({ importMap, styleNonce, issuerOrigin }: PageSources): string {
  const importMapHash = createHash('sha256').update(importMap).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${importMapHash}'`,
    `style-src 'self' 'nonce-${styleNonce}'`,
    "img-src 'self' data:",
    'font-src data:',
    `connect-src 'self'${issuerOrigin === undefined ? '' : ` ${issuerOrigin}`}`,
    `frame-src ${SANDBOX_ORIGIN}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
