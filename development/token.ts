/**
 * `npm run --silent token -- <persona>`: an access token on standard output, and nothing else.
 *
 * It comes from the real login over HTTP. A sample service, such as `northgate-reporting`, is taken as well.
 */
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { ROLES } from '@commonhold/schema/policy.ts';
import { obtainToken } from './obtain-token.ts';
import { requireSubject } from './persona-argument.ts';
import { PERSONAS } from './personas.ts';

try {
  const email = requireSubject(process.argv[2] ?? '');
  const { accessToken, certificate } = await obtainToken({
    environment: process.env,
    email,
    clientId: 'commonhold-cli',
  });
  process.stdout.write(`${accessToken}\n`);
  const isRoleForBoundTokens = PERSONAS.some(
    (persona) => persona.email === email && ROLES[persona.role].boundTokens === 'everybody',
  );
  const use = `Use \`npm run --silent query -- ${email} '<query>'\`.`;
  if (certificate) {
    process.stderr.write(`It is taken over a connection with the certificate of ${email} alone. ${use}\n`);
  } else if (isRoleForBoundTokens) {
    process.stderr.write(`Their role counts only with a token that is bound to a key, and this one isn't. ${use}\n`);
  }
} catch (error) {
  const sentence =
    error instanceof StartupError ? error.message : `The login failed: ${error instanceof Error ? error.message : ''}`;
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}
