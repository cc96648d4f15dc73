/** Environment variables → the mail server that letters go out by. */
import { isProduction, readConfiguration } from '@commonhold/platform/configuration.ts';
import type { Secrets } from '@commonhold/platform/secrets/secrets.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { z } from 'zod';
import type { MailServer } from './mail.ts';

const schema = z.object({
  SMTP_URL: z.url({ protocol: /^smtps?$/, hostname: /.*/ }).optional(),
  MAIL_FROM: z.email().optional(),
});

const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * @returns undefined when `SMTP_URL` isn't set: notices are then read in GraphQL alone
 * @throws {StartupError} when something is missing beside it, or the password can't be read
 */
export async function readMailServer(
  environment: NodeJS.ProcessEnv,
  secrets: Secrets,
): Promise<MailServer | undefined> {
  const { SMTP_URL, MAIL_FROM } = readConfiguration(schema, environment);
  if (SMTP_URL === undefined) return undefined;
  const { protocol, hostname, port, username, password } = new URL(SMTP_URL);
  if (password !== '') {
    throw new StartupError('SMTP_URL holds a password', 'take it out, and keep it as the secret mail-password');
  }
  if (MAIL_FROM === undefined) {
    throw new StartupError(
      'Environment variable MAIL_FROM is missing',
      'set it to the mail address that letters come from',
    );
  }
  const isImplicitTls = protocol === 'smtps:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (isImplicitTls ? 465 : 587),
    isImplicitTls,
    mayBeClear: LOCAL.has(hostname) && !isProduction(environment),
    user: username === '' ? undefined : decodeURIComponent(username),
    password: username === '' ? () => undefined : await followPassword(secrets),
    from: MAIL_FROM,
  };
}

async function followPassword(secrets: Secrets): Promise<() => string> {
  const password = await secrets.find('mail-password');
  if (!password) {
    throw new StartupError(
      'SMTP_URL names a user without a password',
      secrets.isUnmanaged ? 'name its file by SMTP_PASSWORD_FILE' : 'put it into what SECRETS names, as mail-password',
    );
  }
  return () => password.current().value;
}
