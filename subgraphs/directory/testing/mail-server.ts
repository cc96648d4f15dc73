/** For tests: a mail server that keeps what it is given: an operator's, with STARTTLS and logins, or one on this machine without. */
import { once } from 'node:events';
import { type ServiceIdentity, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly to: readonly string[];
  /** With its headers, as it came. */
  readonly text: string;
  readonly isOverTls: boolean;
  readonly user: string | undefined;
}

export interface TestMailServer {
  readonly port: number;
  readonly received: readonly ReceivedMail[];
  /** How the next letters are answered, one each; after them, all are taken. */
  answerNext(...codes: readonly number[]): void;
  stop(): Promise<void>;
}

export const MAIL_USER = 'commonhold';

/** @param password undefined: whoever comes may give it letters, in clear */
export async function startMailServer(
  identity: ServiceIdentity,
  password: string | undefined,
  port = 0,
): Promise<TestMailServer> {
  const received: ReceivedMail[] = [];
  const answers: number[] = [];
  const { cert, key } = tlsMaterial(identity);
  const server = new SMTPServer({
    cert,
    key,
    minVersion: 'TLSv1.2',
    ...(password === undefined && { disabledCommands: ['STARTTLS', 'AUTH'], authOptional: true }),
    onAuth: ({ username, password: given }, _session, done) => {
      if (username === MAIL_USER && given === password) done(null, { user: username });
      else done(new Error('who is that'));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const code = answers.shift();
        if (code !== undefined) return done(Object.assign(new Error('not now'), { responseCode: code }));
        received.push({
          to: session.envelope.rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString(),
          isOverTls: session.secure,
          user: session.user,
        });
        return done();
      });
    },
  });
  server.on('error', () => undefined);
  const listening = server.listen(port, 'localhost');
  await once(listening, 'listening');
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new TypeError('it listens nowhere');
  return {
    port: address.port,
    received,
    answerNext: (...codes) => void answers.push(...codes),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
