/** A company's password at a partner that knows nothing better than a login; two while it is changed. */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import { writeSealedFile } from '@commonhold/platform/secrets/sources/sealed-file.ts';
import { type CompanySecrets, findCompanySecret } from './company-secrets.ts';

/** @throws {StartupError} when it is missing, or sealed for another company, partner or master key. */
export async function loadCompanyPassword(
  parts: CompanySecrets,
  partner: string,
  company: string,
): Promise<() => readonly [string, ...string[]]> {
  const secret = await findCompanySecret(parts, {
    name: `partner.${partner}.${company}.password`,
    file: fileOf(parts.dataDirectory, partner, company),
    place: placeOf(partner, company),
    called: `The password of ${company} at the partner ${partner} is`,
    remedy: `give it to \`npm run partner-password -- ${partner} ${company}\``,
  });
  return () => {
    const [current, previous] = secret.generations();
    return previous ? [current.value, previous.value] : [current.value];
  };
}

/** Writes the sealed file, in the place of one that is there. */
export async function sealCompanyPassword(
  dataDirectory: string,
  envelope: Envelope,
  partner: string,
  company: string,
  password: string,
): Promise<void> {
  const file = fileOf(dataDirectory, partner, company);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeSealedFile({ file, place: placeOf(partner, company), envelope }, password);
}

const fileOf = (data: string, partner: string, company: string): string =>
  join(data, 'partners', partner, `${company}.password.sealed`);
/** What it is sealed for: moved to another company or partner it does not open. */
const placeOf = (partner: string, company: string): string => `partners/${partner}/${company}/password`;
