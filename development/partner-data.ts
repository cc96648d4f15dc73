/** What the contracts say about personal data, for the permissions. */
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readContract } from '@commonhold/kit/partner/contract-findings.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import type { PartnerData } from '@commonhold/schema/partner-data.ts';
import { PARTNER_FOLDERS } from './partner-folders.ts';

/** @throws {StartupError} naming the contract, line and member that is wrong */
export async function readPartnerData(): Promise<readonly PartnerData[]> {
  return await Promise.all(
    PARTNER_FOLDERS.map(async (folder) => {
      const file = fileURLToPath(new URL('contract.yaml', folder));
      const read = readContract(await readFile(file, 'utf8'));
      if (read.kind === 'wrong') {
        const [{ line, member, remedy }] = read.findings;
        throw new StartupError(`${relative(process.cwd(), file)} is wrong at line ${line}, ${member}`, remedy);
      }
      const { partner, purpose, encryption } = read.contract;
      return { partner, purpose, fields: Object.values(encryption?.fields ?? {}).flat() };
    }),
  );
}
