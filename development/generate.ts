/**
 * `npm run generate`: writes the files that are made from SDLs, from partners' OpenAPI documents and from what a contract
 * may say. With `--check` it writes nothing, names those that aren't what these make of them, and ends with exit code 1.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateContractJsonSchema } from '@commonhold/kit/partner/contract-json-schema.ts';
import { generatePartnerTypes } from '@commonhold/kit/partner/generate-types.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { runCommand } from '@commonhold/schema/cli/run-command.ts';
import { type GeneratedFile, generateFiles, staleFiles } from '@commonhold/schema/generated-files.ts';
import { SUBGRAPHS } from '@commonhold/schema/subgraphs.ts';
import { readPartnerData } from './partner-data.ts';
import { PARTNER_FOLDERS } from './partner-folders.ts';

await runCommand('generate', async () => {
  const stale = await staleFiles([
    ...(await generateFiles(SUBGRAPHS, await readPartnerData())),
    generateContractJsonSchema(),
    ...(await Promise.all(PARTNER_FOLDERS.map(generatePartnerTypes))).flat(),
  ]);
  if (process.argv.includes('--check')) {
    if (stale.length > 0) throw new StartupError(`Stale: ${stale.map(nameOf).join(', ')}`, 'run `npm run generate`');
    return;
  }
  for (const { file, text } of stale) {
    await mkdir(new URL('.', file), { recursive: true });
    await writeFile(file, text);
    process.stdout.write(`wrote ${nameOf({ file })}\n`);
  }
});

function nameOf({ file }: Pick<GeneratedFile, 'file'>): string {
  return relative(process.cwd(), fileURLToPath(file));
}
