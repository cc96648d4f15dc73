/** All columns of the issuer that hold sealed texts, with what each is sealed for. */
import { HELD_KEY_COLUMN } from '@commonhold/platform/secrets/held-keys.ts';
import type { SealedColumn } from '@commonhold/platform/secrets/resealing.ts';

export const SEALED_COLUMNS: readonly SealedColumn[] = [
  ...['password', 'totp_secret'].map((column) => ({
    ...{ table: 'account', column, key: ['subject'] },
    place: (subject: unknown) => `account.${column}:${subject}`,
  })),
  { ...{ table: 'passkey', column: 'sealed', key: ['key'] }, place: (key) => `passkey:${key}` },
  {
    ...{ table: 'record', column: 'payload', key: ['model', 'id_hash'] },
    place: (model, idHash) => `record.${model}:${idHash}`,
  },
  ...['signing_key', 'cookie_key'].map((column) => ({
    ...{ table: 'key_generation', column, key: ['generation'] },
    place: (generation: unknown) => `${column}:${generation}`,
  })),
  HELD_KEY_COLUMN,
];
