/** `npm run --silent login -- <persona>`: what to type in the browser to log in as a persona. */
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { requirePerson } from './persona-argument.ts';
import { loadPersonaKey } from './persona-key.ts';
import { currentCode, secondsLeft } from './persona-totp.ts';
import { personaPassword } from './personas.ts';

try {
  const { email, hasFactor } = requirePerson(process.argv[2] ?? '');
  const masterKey = await loadPersonaKey(process.env);
  const lines = [
    `login name  ${email}`,
    `password    ${personaPassword(masterKey, email)}`,
    hasFactor
      ? `code        ${currentCode(masterKey, email)} (${secondsLeft()} s left)`
      : 'code        none yet: the first login sets up an authenticator app',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
