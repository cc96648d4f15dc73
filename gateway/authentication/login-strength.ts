/**
 * How strong a login was. Issuers say so in different words, so each says in configuration which of its `acr` values, or
 * which of its combinations of `amr` values (RFC 8176), count for what.
 */
import { readConfiguration } from '@commonhold/platform/configuration.ts';
import { z } from 'zod';

/** What our own issuer puts into `acr`, and step-up challenges ask for: two factors; a login that can't be phished. */
export const MULTI_FACTOR_ACR = 'urn:commonhold:acr:mfa';
export const PHISHING_RESISTANT_ACR = 'urn:commonhold:acr:phr';

export interface LoginRule {
  /** Any one of these as `acr` counts; challenges ask for them. */
  readonly acrValues: readonly string[];
  /** Any one of these sets counts when `amr` holds all of it. */
  readonly amrCombinations: readonly (readonly string[])[];
}

export interface LoginRules {
  readonly multiFactor: LoginRule;
  /** Counts as two factors, too. Empty: no login of this issuer is known to be so strong. */
  readonly phishingResistant: LoginRule;
}

export interface LoginStrength {
  readonly isMultiFactor: boolean;
  readonly isPhishingResistant: boolean;
}

// `mfa` by itself doesn't name the factors, so a combination of something known and something held is asked for.
const KNOWLEDGE = ['pwd', 'pin'];
const POSSESSION = ['otp', 'hwk', 'swk', 'sc'];
// No `amr` says that a key is used at its own origin alone: `hwk` may as well be a device that shows codes.
const OWN_RULES: LoginRules = {
  multiFactor: {
    acrValues: [MULTI_FACTOR_ACR],
    amrCombinations: KNOWLEDGE.flatMap((known) => POSSESSION.map((held) => [known, held])),
  },
  phishingResistant: { acrValues: [PHISHING_RESISTANT_ACR], amrCombinations: [] },
};

const list = z.string().transform((text) => text.split(',').flatMap((entry) => entry.trim() || []));
// They go into `acr_values`, which is divided by spaces, and into a quoted string of a header.
const acrList = list.pipe(
  z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'holds a value that is none of acr')),
);
const variables = z.object({
  ISSUER_MFA_ACR: acrList.optional(),
  ISSUER_MFA_AMR: list.optional(),
  ISSUER_STRONG_ACR: acrList.optional(),
  ISSUER_STRONG_AMR: list.optional(),
});

/**
 * `ISSUER_MFA_ACR` and `ISSUER_STRONG_ACR` list values by comma, `ISSUER_MFA_AMR` and `ISSUER_STRONG_AMR` combinations
 * such as `pwd+otp,pwd+hwk`. Where any of them is set, the issuer has words of its own. Nothing but what is set counts
 * then, but for the two factors of an issuer that names only what is strong.
 */
export function readLoginRules(environment: NodeJS.ProcessEnv): LoginRules {
  const { ISSUER_MFA_ACR, ISSUER_MFA_AMR, ISSUER_STRONG_ACR, ISSUER_STRONG_AMR } = readConfiguration(
    variables,
    environment,
  );
  const hasOwnFactors = ISSUER_MFA_ACR !== undefined || ISSUER_MFA_AMR !== undefined;
  const hasOwnStrong = ISSUER_STRONG_ACR !== undefined || ISSUER_STRONG_AMR !== undefined;
  return {
    multiFactor: hasOwnFactors ? ruleOf(ISSUER_MFA_ACR, ISSUER_MFA_AMR) : OWN_RULES.multiFactor,
    phishingResistant:
      hasOwnFactors || hasOwnStrong ? ruleOf(ISSUER_STRONG_ACR, ISSUER_STRONG_AMR) : OWN_RULES.phishingResistant,
  };
}

function ruleOf(acrValues: readonly string[] = [], combinations: readonly string[] = []): LoginRule {
  return { acrValues, amrCombinations: combinations.map((combination) => combination.split('+')) };
}

/** What `acr` and `amr` of a token tell of its login. */
export function strengthOf(
  { multiFactor, phishingResistant }: LoginRules,
  login: { readonly acr?: string | undefined; readonly amr?: readonly string[] | undefined },
): LoginStrength {
  const isPhishingResistant = counts(phishingResistant, login);
  return { isPhishingResistant, isMultiFactor: isPhishingResistant || counts(multiFactor, login) };
}

/** Whether a login of these `acr` and `amr` is one that the rule names. */
export function counts(
  { acrValues, amrCombinations }: LoginRule,
  { acr, amr }: Parameters<typeof strengthOf>[1],
): boolean {
  if (acr !== undefined && acrValues.includes(acr)) return true;
  const methods = new Set(amr);
  return amrCombinations.some((combination) => combination.every((method) => methods.has(method)));
}

/** Whether any login can be of this kind. */
export function isAttainable({ acrValues, amrCombinations }: LoginRule): boolean {
  return acrValues.length > 0 || amrCombinations.length > 0;
}
