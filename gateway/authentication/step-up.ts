/**
 * Which better logins there are, what each would open, and what a client asks the issuer for to get it (RFC 9470,
 * section 4). What came of a new login is checked again as any other: its token says `acr` and `auth_time`.
 */
import { FRESH_MFA_SECONDS, LOGIN_POLICIES, type Policy } from '@commonhold/schema/policy.ts';
import type { Rights } from '@commonhold/schema/requirement.ts';
import { remembering } from '../remembering.ts';
import { isAttainable, type LoginRules } from './login-strength.ts';

/** The parameters of an authorization request, and of a challenge. */
export interface LoginDemand {
  readonly acrValues: readonly string[];
  /** In seconds; undefined: however old. */
  readonly maxAge: number | undefined;
}

export interface BetterLogin {
  readonly demand: LoginDemand;
  /** What it satisfies; of other policies that come of a login, nothing. */
  readonly policies: readonly Policy[];
  /** For people. */
  readonly description: string;
}

/** From the mildest to the strictest, which satisfies what all the others do. Never empty. */
export function betterLogins({ multiFactor, phishingResistant }: LoginRules): readonly BetterLogin[] {
  const fresh: BetterLogin = {
    demand: { acrValues: multiFactor.acrValues, maxAge: FRESH_MFA_SECONDS },
    policies: ['fresh-mfa'],
    description: 'A new login with a second factor is needed.',
  };
  if (!isAttainable(phishingResistant)) return [fresh];
  const { acrValues } = phishingResistant;
  return [
    fresh,
    {
      demand: { acrValues, maxAge: undefined },
      policies: ['strong-mfa'],
      description: 'A login that cannot be phished is needed, such as by a passkey.',
    },
    {
      demand: { acrValues, maxAge: FRESH_MFA_SECONDS },
      policies: ['fresh-mfa', 'strong-mfa'],
      description: 'A new login that cannot be phished is needed, such as by a passkey.',
    },
  ];
}

/** The rights of the same person after such a login, which takes the place of the one before. */
export function rightsAfter(rights: Rights, login: BetterLogin): Rights {
  return rightsAfterLogins(rights)(login);
}

const rightsAfterLogins = remembering((rights: Rights) =>
  remembering((login: BetterLogin) => withPolicies(rights, login)),
);

function withPolicies(rights: Rights, { policies }: BetterLogin): Rights {
  const others = [...rights.policies].filter((policy) => !LOGIN_POLICIES.some((ofLogin) => ofLogin === policy));
  return { ...rights, policies: new Set([...others, ...policies]) };
}
