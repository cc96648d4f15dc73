/**
 * The two ceremonies of WebAuthn: making a passkey, and logging in with one.
 *
 * 1. What a browser is asked: a discoverable credential, with the person verified by the device, for our domain.
 * 2. What it answers is parsed, and the challenge is taken: a page that is shown again asks with another one.
 * 3. SimpleWebAuthn checks origin, domain, flags, signature and counter; the database decides about the counter once
 *    more, so that of two answers at the same moment one is taken.
 *
 * Whatever doesn't fit gives the same `undefined`: who tries learns nothing.
 */
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { RelyingParty } from '../configuration.ts';
import type { KeyedHash } from '../store/keyed-hash.ts';
import { parseAssertion, parseAttestation } from './answers.ts';
import type { Challenges } from './challenges.ts';
import type { NewPasskey, Passkey, StoredPasskeys } from './stored-passkeys.ts';

/** Whom a passkey is made for, as the person's device will show it. */
export interface PasskeyOwner {
  readonly subject: string;
  readonly loginName: string;
  readonly name: string;
}

export interface Ceremonies {
  /** @param place what the challenge is bound to, such as `login:<uid>` */
  askForPasskey(place: string): Promise<PublicKeyCredentialRequestOptionsJSON>;
  /** @param answer what the page's script sent, as JSON @returns whose passkey it is */
  verifyPasskey(place: string, answer: string): Promise<Passkey | undefined>;
  askForNewPasskey(place: string, owner: PasskeyOwner): Promise<PublicKeyCredentialCreationOptionsJSON>;
  /** @returns the passkey, to be kept for the owner that it was asked for */
  verifyNewPasskey(place: string, answer: string): Promise<NewPasskey | undefined>;
}

export interface CeremoniesOptions {
  readonly relyingParty: RelyingParty;
  readonly challenges: Challenges;
  readonly passkeys: StoredPasskeys;
  readonly hash: KeyedHash;
}

/** ES256, EdDSA and, for Windows, RS256. */
const ALGORITHMS = [-7, -8, -257];

export function createCeremonies({ relyingParty, challenges, passkeys, hash }: CeremoniesOptions): Ceremonies {
  const { id: rpID, origin } = relyingParty;
  /** WebAuthn, section 14.6.1: says nothing of the person, and isn't the `sub` of tokens. base64url */
  const userHandle = (subject: string): string => hash(`user-handle:${subject}`);
  const expected = (place: string) => ({
    expectedChallenge: (challenge: string) => challenges.take(place, challenge),
    expectedOrigin: origin,
    expectedRPID: rpID,
    requireUserVerification: true,
  });

  return {
    askForPasskey: async (place) =>
      generateAuthenticationOptions({
        rpID,
        challenge: await challenges.issue(place),
        userVerification: 'required',
        allowCredentials: [],
      }),

    async verifyPasskey(place, answer) {
      const response = parseAssertion(answer);
      const passkey = response && (await passkeys.find(response.id));
      if (!passkey || response?.response.userHandle !== userHandle(passkey.subject)) return undefined;
      const { credentialId, publicKey, counter } = passkey;
      const credential = { id: credentialId, publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')), counter };
      const verified = await verifyAuthenticationResponse({ ...expected(place), response, credential }).catch(
        () => undefined,
      );
      if (!verified?.verified || !verified.authenticationInfo.userVerified) return undefined;
      return (await passkeys.use(passkey.key, verified.authenticationInfo.newCounter)) ? passkey : undefined;
    },

    async askForNewPasskey(place, { subject, loginName, name }) {
      const existing = await passkeys.of(subject);
      return generateRegistrationOptions({
        rpName: 'Commonhold',
        rpID,
        userName: loginName,
        userDisplayName: name,
        userID: new Uint8Array(Buffer.from(userHandle(subject), 'base64url')),
        challenge: await challenges.issue(place),
        attestationType: 'none',
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        supportedAlgorithmIDs: ALGORITHMS,
        excludeCredentials: existing.map(({ credentialId, transports }) => ({
          id: credentialId,
          transports: [...transports],
        })),
      });
    },

    async verifyNewPasskey(place, answer) {
      const response = parseAttestation(answer);
      if (!response) return undefined;
      const verified = await verifyRegistrationResponse({
        ...expected(place),
        response,
        supportedAlgorithmIDs: ALGORITHMS,
      }).catch(() => undefined);
      if (!verified?.verified || !verified.registrationInfo.userVerified) return undefined;
      const { credential, credentialDeviceType } = verified.registrationInfo;
      return {
        credentialId: credential.id,
        publicKey: Buffer.from(credential.publicKey).toString('base64url'),
        transports: response.response.transports,
        counter: credential.counter,
        isSynced: credentialDeviceType === 'multiDevice',
      };
    },
  };
}
