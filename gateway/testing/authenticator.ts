/**
 * For tests: an authenticator in software, with the browser in front of it. It makes ES256 passkeys and answers what a
 * page asks, or something else when a test says so: a real one can't be made to lie.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import { z } from 'zod';

/** What it says other than the truth. */
export interface Lies {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly type?: string;
  readonly isUserVerified?: boolean;
  readonly counter?: number;
  readonly userHandle?: string;
  readonly credentialId?: string;
}

export interface Authenticator {
  /** @param options of the page, as JSON @returns the answer that the page would send */
  create(options: string, lies?: Lies): string;
  get(options: string, lies?: Lies): string;
}

export interface AuthenticatorOptions {
  readonly origin: string;
  /** Says that it shares its keys with other devices of the person. */
  readonly isSynced?: boolean;
  /** Says 0 however often it is used. */
  readonly counts?: boolean;
}

const request = z.object({ challenge: z.string(), rpId: z.string() });
const creation = z.object({
  challenge: z.string(),
  rp: z.object({ id: z.string() }),
  user: z.object({ id: z.string() }),
});

const FLAG = { present: 0x01, verified: 0x04, mayBeSynced: 0x08, isSynced: 0x10, attested: 0x40 };

export function createAuthenticator({ origin, isSynced = false, counts = true }: AuthenticatorOptions): Authenticator {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ownId = randomBytes(32).toString('base64url');
  let ownHandle = '';
  let uses = 0;

  const clientData = (type: string, challenge: string, lies: Lies): Buffer =>
    Buffer.from(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? challenge,
        origin: lies.origin ?? origin,
        crossOrigin: false,
      }),
    );

  const authenticatorData = (rpId: string, lies: Lies, attested = Buffer.alloc(0)): Buffer => {
    if (counts) uses += 1;
    const flags =
      FLAG.present |
      (lies.isUserVerified === false ? 0 : FLAG.verified) |
      (isSynced ? FLAG.mayBeSynced | FLAG.isSynced : 0) |
      (attested.length > 0 ? FLAG.attested : 0);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(lies.counter ?? uses);
    return Buffer.concat([sha256(lies.rpId ?? rpId), Buffer.from([flags]), counter, attested]);
  };

  return {
    create(options, lies = {}) {
      const { challenge, rp, user } = creation.parse(JSON.parse(options));
      ownHandle = user.id;
      const id = Buffer.from(ownId, 'base64url');
      const length = Buffer.alloc(2);
      length.writeUInt16BE(id.length);
      const attested = Buffer.concat([Buffer.alloc(16), length, id, coseKey(publicKey)]);
      const attestation = new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', new Uint8Array(authenticatorData(rp.id, lies, attested))],
      ]);
      return answer(ownId, {
        clientDataJSON: clientData('webauthn.create', challenge, lies).toString('base64url'),
        attestationObject: encode(attestation).toString('base64url'),
        transports: ['internal'],
      });
    },

    get(options, lies = {}) {
      const { challenge, rpId } = request.parse(JSON.parse(options));
      const client = clientData('webauthn.get', challenge, lies);
      const data = authenticatorData(rpId, lies);
      return answer(lies.credentialId ?? ownId, {
        clientDataJSON: client.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: sign('sha256', Buffer.concat([data, sha256(client)]), privateKey).toString('base64url'),
        userHandle: lies.userHandle ?? ownHandle,
      });
    },
  };
}

function answer(id: string, response: object): string {
  return JSON.stringify({ id, rawId: id, type: 'public-key', response, clientExtensionResults: {} });
}

/** RFC 9053, section 7.1.1. */
function coseKey(publicKey: KeyObject): Buffer {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  return encode(
    new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
    ]),
  );
}

function encode(value: Map<string, unknown> | Map<number, unknown>): Buffer {
  return Buffer.from(isoCBOR.encode(value as Parameters<typeof isoCBOR.encode>[0]));
}

function sha256(value: string | Buffer): Buffer {
  return createHash('sha256').update(value).digest();
}
