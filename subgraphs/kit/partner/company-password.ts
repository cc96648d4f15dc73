/** A company's password at a partner that knows nothing better than a login, in a file that is sealed for both. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';

/** @throws {StartupError} when the file is missing, or sealed for another company, partner or master key. */
export async function loadCompanyPassword(
  dataDirectory: string,
  envelope: Envelope,
  partner: string,
  company: string,
): Promise<string> {
  const sealed = await readFile(fileOf(dataDirectory, partner, company), 'utf8').catch(() => {
    throw new StartupError(
      `The password of ${company} at the partner ${partner} is missing`,
      `give it to \`npm run partner-password -- ${partner} ${company}\``,
    );
  });
  return await envelope.open(sealed.trim(), placeOf(partner, company)).catch(() => {
    throw new StartupError(
      `The password of ${company} at the partner ${partner} is broken or sealed under another master key`,
      `give it to \`npm run partner-password -- ${partner} ${company}\` again`,
    );
  });
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
  await writeFile(file, `${await envelope.seal(password, placeOf(partner, company))}\n`, { mode: 0o600 });
}

const fileOf = (data: string, partner: string, company: string): string =>
  join(data, 'partners', partner, `${company}.password.sealed`);
/** What it is sealed for: moved to another company or partner it does not open. */
const placeOf = (partner: string, company: string): string => `partners/${partner}/${company}/password`;
