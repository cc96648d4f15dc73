/**
 * How surely a login was who it says: `mfa` is two factors, `phr` is a passkey with the person verified by the device,
 * which can't be phished and is two factors, too. Clients ask by `acr_values`, or by the claims parameter (OpenID Connect
 * Core, section 5.5.1.1), and RFC 9470 tells them what to ask for.
 */
import { errors, interactionPolicy } from 'oidc-provider';
import { z } from 'zod';
import { MULTI_FACTOR_ACR, PHISHING_RESISTANT_ACR } from '../../authentication/login-strength.ts';

/** What each login may say of itself, the weakest first. */
export const ASSURANCES = [MULTI_FACTOR_ACR, PHISHING_RESISTANT_ACR] as const;

/** How a person was authenticated: `acr` and `amr` (RFC 8176) of their tokens. */
export interface LoginAssurance {
  readonly acr: (typeof ASSURANCES)[number];
  readonly amr: readonly string[];
}

/** Password and one-time password; a recovery code is one, too. */
export const PASSWORD_AND_CODE: LoginAssurance = { acr: MULTI_FACTOR_ACR, amr: ['pwd', 'otp', 'mfa'] };

/** A login at the company's own provider, and a code of ours after it; or both factors there, whichever they were. */
export const CODE_AFTER_COMPANY: LoginAssurance = { acr: MULTI_FACTOR_ACR, amr: ['otp', 'mfa'] };
export const COMPANY: LoginAssurance = { acr: MULTI_FACTOR_ACR, amr: ['mfa'] };

/**
 * A passkey is something held, and the device made sure of the person by a PIN or a part of the body. A key that the
 * person's devices share (`swk`) is no piece of hardware.
 */
export function passkeyAssurance({ isSynced }: { readonly isSynced: boolean }): LoginAssurance {
  return { acr: PHISHING_RESISTANT_ACR, amr: [isSynced ? 'swk' : 'hwk', 'user', 'mfa'] };
}

/** Whether nothing but a passkey gives what the client asks for. @param parameters of its authorization request */
export function needsPasskey(parameters: Parameters): boolean {
  return !satisfies(MULTI_FACTOR_ACR, parameters);
}

/**
 * Asks for a login when the session's is weaker than what the client asks for. It takes the place of oidc-provider's own
 * checks, which know no order.
 */
export function askForAssurance(): interactionPolicy.Check {
  return new interactionPolicy.Check('acr', 'a stronger login is required', 'login_required', ({ oidc }) => {
    const asked = askedFor(oidc.params ?? {});
    if (asked.length > 0 && !ASSURANCES.some((acr) => asked.includes(acr))) {
      throw new errors.UnmetAuthenticationRequirements('none of the requested acr values is known here');
    }
    return oidc.session?.accountId && !satisfies(oidc.session.acr, oidc.params ?? {})
      ? interactionPolicy.Check.REQUEST_PROMPT
      : interactionPolicy.Check.NO_NEED_TO_PROMPT;
  });
}

type Parameters = Readonly<Record<string, unknown>>;

/** Any one of the values that are asked for is enough, and a stronger one is as good. */
function satisfies(held: string | undefined, parameters: Parameters): boolean {
  const asked = askedFor(parameters);
  const ranks: readonly (string | undefined)[] = ASSURANCES;
  return asked.length === 0 || ASSURANCES.slice(0, ranks.indexOf(held) + 1).some((acr) => asked.includes(acr));
}

const acrClaim = z.object({ value: z.string().optional(), values: z.array(z.string()).optional() });
const claimsParameter = z.object({ id_token: z.object({ acr: acrClaim.nullable().optional() }).optional() });

function askedFor({ acr_values: acrValues, claims }: Parameters): readonly string[] {
  if (typeof acrValues === 'string' && acrValues !== '') return acrValues.split(' ');
  if (typeof claims !== 'string') return [];
  const read = claimsParameter.safeParse(JSON.parse(claims));
  if (!read.success) throw new errors.InvalidRequest('claims.id_token.acr is malformed');
  const { value, values = [] } = read.data.id_token?.acr ?? {};
  return value === undefined ? values : [value, ...values];
}
