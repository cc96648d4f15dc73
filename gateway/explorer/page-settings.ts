/** What the page is told by the gateway. It holds no secret: everybody may read it. */
import type { Role } from '@commonhold/schema/policy.ts';

export interface PageSettings {
  /** Path of the GraphQL endpoint, on the page's own origin. */
  readonly endpoint: string;
  /** Whether the gateway answers nobody without a token. */
  readonly isLoginRequired: boolean;
  /** undefined: no issuer is configured, and there is nobody to log in. */
  readonly login: LoginSettings | undefined;
  readonly examples: readonly Example[];
}

export interface LoginSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Where the issuer sends the browser back to. */
  readonly redirectUri: string;
  readonly logoutRedirectUri: string;
  /** What the token is for (RFC 8707). */
  readonly resource: string;
  /** What the issuer is asked for, so that the login has two factors. */
  readonly acrValues: readonly string[];
}

export interface Example {
  readonly title: string;
  /** Whoever holds one of them may see everything that is asked for. */
  readonly roles: readonly Role[];
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}
