/**
 * What a company proves itself by at a partner: from the source that `SECRETS` names, or, where none is named, from a
 * file in the data folder that is sealed for that very company and partner.
 */
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import type { SecretName } from '@commonhold/platform/secrets/secret-source.ts';
import type { LiveSecret, Secrets } from '@commonhold/platform/secrets/secrets.ts';
import { readSealedFile } from '@commonhold/platform/secrets/sources/sealed-file.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';

export interface CompanySecrets {
  readonly secrets: Secrets;
  /** With the key of `envelope:partners`. */
  readonly envelope: Envelope;
  readonly dataDirectory: string;
}

export interface CompanySecret {
  readonly name: SecretName;
  /** The sealed file. */
  readonly file: string;
  readonly place: string;
  /** Such as `The password of riverside at the partner homebridge is`. */
  readonly called: string;
  /** When it is missing. */
  readonly remedy: string;
}

/** @throws {StartupError} when it is missing, or sealed for another place or master key */
export async function findCompanySecret(
  { secrets, envelope }: CompanySecrets,
  { name, file, place, called, remedy }: CompanySecret,
): Promise<LiveSecret> {
  if (!secrets.isUnmanaged) return secrets.require(name, 'put it into what SECRETS names');
  const secret = await secrets.follow(name, () =>
    readSealedFile({ file, place, envelope }).catch(() => {
      throw new StartupError(
        `${called} broken or sealed under another master key`,
        'restore the file, or set MASTER_KEY_FILE to the key that it was sealed under',
      );
    }),
  );
  if (!secret) throw new StartupError(`${called} missing`, remedy);
  return secret;
}
