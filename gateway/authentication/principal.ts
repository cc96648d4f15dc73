/** Who asks, how they proved it, and what they hold: the token says the first two, the directory the third. */
import { FRESH_MFA_SECONDS, type HeldName, holdingsOf, type Policy } from '@commonhold/schema/policy.ts';
import type { Rights } from '@commonhold/schema/requirement.ts';
import { remembering } from '../remembering.ts';
import type { TokenBinding } from './access-token.ts';
import type { Scheme } from './credentials.ts';
import type { LoginStrength } from './login-strength.ts';

export interface Principal {
  readonly kind: 'person' | 'service';
  readonly subject: string;
  readonly tenant: string;
  readonly client: string;
  readonly tokenId: string;
  /** The login session that the token came of, where the issuer says so. */
  readonly session: string | undefined;
  /** By which the token came, and a challenge goes. */
  readonly scheme: Scheme;
  /** What its sender has to hold; undefined: whoever has the token may use it. */
  readonly binding: TokenBinding | undefined;
  readonly login: Login;
  /** When the token is over: instant in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** What they may do with this token. */
  readonly grants: readonly Grant[];
  /** What they hold beside that, and may only use with a token that is bound to a key or to a certificate. */
  readonly withheld: readonly Grant[];
  /** Whether they have to confirm the security briefing before they see personal data. */
  readonly isBriefingDue: boolean;
  /** All changes of the company's access up to this one are in the grants. */
  readonly accessVersion: number;
}

/** How somebody logged in, as the access token says. */
export interface Login extends LoginStrength {
  readonly acr: string | undefined;
  readonly amr: readonly string[];
  /** Seconds since the epoch; undefined for services. */
  readonly authTime: number | undefined;
}

export interface Grant {
  readonly role: HeldName;
  /** undefined: the whole company. */
  readonly residences: readonly string[] | undefined;
}

type DividedGrants = Pick<Principal, 'grants' | 'withheld'>;

/** Divides what somebody holds into what counts with their token, and what would with one that is bound. */
export function divideGrants(
  grants: readonly Grant[],
  { kind, isBound }: { readonly kind: Principal['kind']; readonly isBound: boolean },
): DividedGrants {
  const counts = ({ role }: Grant): boolean =>
    isBound || (kind === 'person' && holdingsOf(role).boundTokens === 'services');
  return inCircumstances(dividedGrants(grants), `${kind} ${isBound}`, () => ({
    grants: grants.filter(counts),
    withheld: grants.filter((grant) => !counts(grant)),
  }));
}

const dividedGrants = remembering((_: readonly Grant[]) => new Map<string, DividedGrants>());

/** What the principal may do anywhere in the company, at the instant `now` (milliseconds): the union of all grants. */
export function rightsOf(principal: Principal, now: number): Rights {
  const general = generalPolicies(principal, now);
  return inCircumstances(rightsOfPrincipals(principal), general.join(), () => {
    const held = principal.grants.map(({ role }) => holdingsOf(role, principal.isBriefingDue));
    return {
      authenticated: true,
      scopes: new Set(held.flatMap(({ scopes }) => scopes)),
      policies: new Set([...general, ...held.flatMap(({ policies }) => policies)]),
    };
  });
}

const rightsOfPrincipals = remembering((_: Principal) => new Map<string, Rights>());

/** Policies that hold wherever an object is: they come from the login, not from a grant. */
export function generalPolicies(principal: Principal, now: number): readonly Policy[] {
  const { login } = principal;
  return [
    'public',
    ...(isFresh(login, now) ? (['fresh-mfa'] as const) : []),
    ...(login.isPhishingResistant ? (['strong-mfa'] as const) : []),
  ];
}

/** The rights of the same principal once they have confirmed the security briefing. */
export function rightsOnceBriefed(principal: Principal, now: number): Rights {
  return rightsOf({ ...principal, isBriefingDue: false }, now);
}

/** The rights of the same principal with a token that is bound. */
export function rightsWhenBound(principal: Principal, now: number): Rights {
  return rightsOf({ ...principal, grants: [...principal.grants, ...principal.withheld] }, now);
}

/** What was made in the same circumstances before. */
function inCircumstances<Made>(known: Map<string, Made>, circumstances: string, make: () => Made): Made {
  const made = known.get(circumstances) ?? make();
  known.set(circumstances, made);
  return made;
}

function isFresh(login: Login, now: number): boolean {
  return login.isMultiFactor && login.authTime !== undefined && now / 1000 - login.authTime <= FRESH_MFA_SECONDS;
}
