/**
 * Is whoever sends an access token the one that it was given to? A bound token is of no use to a thief: it is taken only
 * together with a proof of its key (RFC 9449), or over a connection with its certificate (RFC 8705).
 */
import type { AccessToken } from './access-token.ts';
import type { AuthenticationRequest } from './authenticate.ts';
import { headerValues, type Scheme } from './credentials.ts';
import type { CheckPossession } from './possession/possession.ts';
import { identityUnavailable, nonceNeeded, proofInvalid, tokenInvalid } from './refusal.ts';

export interface ShownToken {
  readonly scheme: Scheme;
  /** As it came. */
  readonly text: string;
  readonly token: AccessToken;
}

/** @throws {GraphQLError} with status and challenge, when the token is somebody else's or can't be told. */
export type CheckSender = (shown: ShownToken, request: AuthenticationRequest) => Promise<void>;

export function createSenderCheck(checkPossession: CheckPossession): CheckSender {
  return async ({ scheme, text, token: { binding } }, request) => {
    const { arrival, rawHeaders, log, offerNonce } = request;
    const isByKey = binding?.key !== undefined;
    if (isByKey !== (scheme === 'DPoP')) {
      log().info({ reason: isByKey ? 'bound to a key' : 'not bound to a key', scheme }, 'access token refused');
      throw tokenInvalid(scheme);
    }
    if (binding?.certificate !== undefined && binding.certificate !== arrival.certificate) {
      log().info({ reason: 'bound to another certificate' }, 'access token refused');
      throw tokenInvalid(scheme);
    }
    if (binding?.key === undefined) return;

    const possession = await checkPossession({
      method: arrival.method,
      address: arrival.address,
      proofs: headerValues(rawHeaders, 'dpop'),
      token: text,
      thumbprint: binding.key,
    });
    switch (possession.kind) {
      case 'proved':
        if (possession.nextNonce !== undefined) offerNonce(possession.nextNonce);
        return;
      case 'proof-invalid':
        log().info({ reason: possession.reason }, 'proof refused');
        throw proofInvalid();
      case 'other-key':
        log().info({ reason: 'bound to another key' }, 'access token refused');
        throw tokenInvalid(scheme);
      case 'nonce-needed':
        throw nonceNeeded(possession.nonce);
      case 'unavailable':
        log().error('what proofs have been used is not known');
        throw identityUnavailable();
    }
  };
}
