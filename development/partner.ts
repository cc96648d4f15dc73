/**
 * `npm run partner -- lint [folder]`: compares the contracts with the partners' OpenAPI documents and with our clients, a
 * line for each finding. Ends with exit code 1 when there is one.
 */
import { relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { lintContract } from '@commonhold/kit/partner/lint/lint-contract.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { runCommand } from '@commonhold/schema/cli/run-command.ts';
import { PARTNER_FOLDERS } from './partner-folders.ts';

await runCommand('partner', async () => {
  const [command = '', folder, ...others] = process.argv.slice(2);
  if (command !== 'lint' || others.length > 0) {
    throw new StartupError(`There is no command "${command}"`, 'say lint, and a partner folder if not all are meant');
  }
  const folders = folder === undefined ? PARTNER_FOLDERS : [pathToFileURL(`${resolve(folder)}/`)];
  const findings = (await Promise.all(folders.map(lintContract))).flat();
  for (const { file, line, member, remedy } of findings) {
    process.stderr.write(`${relative(process.cwd(), fileURLToPath(file))}:${line} ${member}: ${remedy}.\n`);
  }
  if (findings.length > 0) process.exitCode = 1;
});
