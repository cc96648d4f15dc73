/** What a failure says about the version that was asked. */
import { PartnerError } from '../partner-error.ts';

/**
 * Whether it speaks against the version: not when too much was asked, when whoever asked gave up, or when the partner
 * refused for a reason that the contract knows.
 */
export function speaksAgainst(error: unknown): boolean {
  if (!(error instanceof PartnerError)) return true;
  if (error.code === 'PARTNER_RATE_LIMITED' || error.reason !== undefined) return false;
  return error.code !== 'PARTNER_TIMEOUT' || error.isOutage;
}

/** For the log. */
export function codeOf(error: unknown): string {
  return error instanceof PartnerError ? `${error.code} (${error.detail})` : 'INTERNAL_SERVER_ERROR';
}
