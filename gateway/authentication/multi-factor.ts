/**
 * Whether a login used two factors. Issuers say so in different words, so each says in configuration which of its `acr`
 * values, or which of its combinations of `amr` values (RFC 8176), count.
 */
import { readConfiguration } from '@commonhold/platform/configuration.ts';
import { z } from 'zod';

/** The value that our own issuer puts into `acr`, and that step-up challenges ask for. */
export const MULTI_FACTOR_ACR = 'urn:commonhold:acr:mfa';

export interface MultiFactorRule {
  /** Any one of these as `acr` counts; the first is what a challenge asks for. */
  readonly acrValues: readonly string[];
  /** Any one of these sets counts when `amr` holds all of it. */
  readonly amrCombinations: readonly (readonly string[])[];
}

// `mfa` by itself doesn't name the factors, so a combination of something known and something held is asked for.
const KNOWLEDGE = ['pwd', 'pin'];
const POSSESSION = ['otp', 'hwk', 'swk', 'sc'];
const DEFAULT_RULE: MultiFactorRule = {
  acrValues: [MULTI_FACTOR_ACR],
  amrCombinations: KNOWLEDGE.flatMap((known) => POSSESSION.map((held) => [known, held])),
};

const list = z.string().transform((text) => text.split(',').flatMap((entry) => entry.trim() || []));
const variables = z.object({ ISSUER_MFA_ACR: list.optional(), ISSUER_MFA_AMR: list.optional() });

/**
 * `ISSUER_MFA_ACR` lists values by comma, `ISSUER_MFA_AMR` combinations such as `pwd+otp,pwd+hwk`. Where either is set,
 * nothing but what is set counts.
 */
export function readMultiFactorRule(environment: NodeJS.ProcessEnv): MultiFactorRule {
  const { ISSUER_MFA_ACR, ISSUER_MFA_AMR } = readConfiguration(variables, environment);
  if (!ISSUER_MFA_ACR && !ISSUER_MFA_AMR) return DEFAULT_RULE;
  return {
    acrValues: ISSUER_MFA_ACR ?? [],
    amrCombinations: (ISSUER_MFA_AMR ?? []).map((combination) => combination.split('+')),
  };
}

export function isMultiFactor(
  rule: MultiFactorRule,
  login: { readonly acr?: string | undefined; readonly amr?: readonly string[] | undefined },
): boolean {
  if (login.acr !== undefined && rule.acrValues.includes(login.acr)) return true;
  const methods = new Set(login.amr);
  return rule.amrCombinations.some((combination) => combination.every((method) => methods.has(method)));
}
