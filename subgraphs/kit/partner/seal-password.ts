/**
 * `npm run partner-password -- <partner> <company>`: takes a company's password at a partner from standard input, and
 * keeps it sealed. The subgraph reads it when it starts.
 */
import { text } from 'node:stream/consumers';
import { dataDirectory } from '@commonhold/platform/addresses.ts';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { runCommand } from '@commonhold/schema/cli/run-command.ts';
import { sealCompanyPassword } from './company-password.ts';

const NAME = /^[a-z][a-z0-9-]{1,40}$/;

await runCommand('partner-password', async () => {
  const [partner = '', company = ''] = process.argv.slice(2);
  if (!NAME.test(partner) || !NAME.test(company)) {
    throw new StartupError('A partner and a company are missing', 'name both, such as `homebridge riverside`');
  }
  const password = (await text(process.stdin)).replace(/\r?\n$/, '');
  if (password === '') throw new StartupError('There is no password on standard input', 'pipe it in');
  const envelope = createEnvelope((await loadMasterKey(process.env)).ring('envelope:partners'));
  await sealCompanyPassword(dataDirectory(process.env), envelope, partner, company, password);
});
