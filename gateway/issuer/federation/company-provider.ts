/** By which OpenID provider of its own the people of a company log in: the directory knows it at each login. */
import { z } from 'zod';
import { type Directory, DirectoryUnavailable } from '../directory/directory.ts';
import { CannotBeChecked } from '../directory/standing.ts';

const settings = z.object({
  /** Issuer identifier (OpenID Connect Discovery 1.0, section 3). */
  issuer: z.url(),
  /** What this issuer is called there. */
  clientId: z.string().min(1),
  accountClaim: z.enum(['email', 'preferred_username']),
  assertionAudience: z.enum(['issuer', 'token-endpoint']),
  mfaAcr: z.array(z.string()),
  mfaAmr: z.array(z.string()),
});

export type CompanyProvider = z.output<typeof settings>;

export interface CompanyProviders {
  /**
   * undefined: there is no such company, or it has no provider of its own.
   *
   * @throws {CannotBeChecked} when the directory doesn't say
   */
  of(tenant: string): Promise<CompanyProvider | undefined>;
  /**
   * Whether a provider's `sub` is that person's: whoever came by it first. A name that was given to somebody else there
   * leads to nobody's account here.
   *
   * @param providerSubject a keyed hash of the `sub`
   * @throws {CannotBeChecked} when the directory doesn't say
   */
  isTheirs(login: {
    readonly tenant: string;
    readonly subject: string;
    readonly issuer: string;
    readonly providerSubject: string;
  }): Promise<boolean>;
}

const COMPANY = /^[a-z0-9][a-z0-9-]{0,62}$/;
const bound = z.object({ isTheirs: z.boolean() });

export function askCompanyProviders(directory: Directory): CompanyProviders {
  const ask = (path: string, claims: { tenant: string; sub?: string }, body?: object): Promise<unknown> =>
    directory.post(path, claims, body).catch((error: unknown) => {
      throw error instanceof DirectoryUnavailable ? new CannotBeChecked() : error;
    });
  return {
    async of(tenant) {
      if (!COMPANY.test(tenant)) return undefined;
      const answer = await ask('/identity-provider', { tenant });
      return answer === undefined ? undefined : settings.parse(answer);
    },
    async isTheirs({ tenant, subject, issuer, providerSubject }) {
      const answer = await ask('/federated-login', { tenant, sub: subject }, { issuer, providerSubject });
      return bound.parse(answer).isTheirs;
    },
  };
}
