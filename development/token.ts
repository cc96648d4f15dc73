/**
 * `npm run --silent token -- <persona>`: an access token on standard output, and nothing else.
 *
 * It comes from the real login over HTTP. A sample service, such as `northgate-reporting`, is taken as well.
 */
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { obtainToken } from './obtain-token.ts';
import { requireSubject } from './persona-argument.ts';

try {
  const email = requireSubject(process.argv[2] ?? '');
  const { accessToken } = await obtainToken({ environment: process.env, email, clientId: 'commonhold-cli' });
  process.stdout.write(`${accessToken}\n`);
} catch (error) {
  const sentence =
    error instanceof StartupError ? error.message : `The login failed: ${error instanceof Error ? error.message : ''}`;
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}
