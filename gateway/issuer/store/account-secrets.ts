/** How the secrets of accounts are kept: each sealed or hashed for its own row. */
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { hashPassword, type PasswordCost } from './passwords.ts';

export interface AccountSecrets {
  loginNameHash(loginName: string): string;
  recoveryCodeHash(subject: string, code: string): string;
  sealPassword(subject: string, password: string): Promise<string>;
  openPassword(subject: string, sealed: string): Promise<string>;
  sealTotpSecret(subject: string, secret: Uint8Array): Promise<string>;
  openTotpSecret(subject: string, sealed: string): Promise<Uint8Array>;
}

export interface AccountSecretsOptions {
  readonly envelope: Envelope;
  readonly hash: KeyedHash;
  /** The same for all accounts: a login name without one has to take as long. */
  readonly cost: PasswordCost;
}

export function createAccountSecrets({ envelope, hash, cost }: AccountSecretsOptions): AccountSecrets {
  const passwordPlace = (subject: string): string => `account.password:${subject}`;
  const totpPlace = (subject: string): string => `account.totp_secret:${subject}`;
  return {
    loginNameHash: (loginName) => hash(`login-name:${loginName.trim().normalize('NFKC').toLowerCase()}`),
    recoveryCodeHash: (subject, code) => hash(`recovery-code:${subject}:${code}`),
    sealPassword: async (subject, password) =>
      envelope.seal(await hashPassword(password, cost), passwordPlace(subject)),
    openPassword: (subject, sealed) => envelope.open(sealed, passwordPlace(subject)),
    sealTotpSecret: (subject, secret) => envelope.seal(Buffer.from(secret).toString('base64url'), totpPlace(subject)),
    openTotpSecret: async (subject, sealed) =>
      Buffer.from(await envelope.open(sealed, totpPlace(subject)), 'base64url'),
  };
}
