/**
 * `npm run --silent query -- <persona> '<query>' ['<variables>']`: asks the gateway in the name of a persona, with a token
 * that is bound to a key, or of a sample service, with its certificate; and prints the answer.
 */
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { fetchWithToken, gatewayAddress } from './fetch-with-token.ts';
import { obtainToken } from './obtain-token.ts';
import { requireSubject } from './persona-argument.ts';

try {
  const [, , name = '', query = '{ me { roles } }', variables = '{}'] = process.argv;
  const email = requireSubject(name);
  const token = await obtainToken({ environment: process.env, email, clientId: 'commonhold-cli', isBound: true });
  const answer = await fetchWithToken(token, gatewayAddress(process.env, token), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: JSON.parse(variables) }),
  });
  process.stdout.write(`${await answer.text()}\n`);
  if (!answer.ok) process.exitCode = 1;
} catch (error) {
  const reason = error instanceof Error ? error.message : '';
  process.stderr.write(`${error instanceof StartupError ? reason : `The query failed: ${reason}`}\n`);
  process.exitCode = 1;
}
