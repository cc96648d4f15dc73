/** Letters over SMTP (RFC 5321): plain text, over TLS, under one message id however often they are tried. */
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import { createTransport } from 'nodemailer';
import type { InTenant } from '../database/tenant-transaction.ts';
import { openLetter } from '../records/letters.ts';
import type { Outbox } from './outbox.ts';

export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte on (RFC 8314, section 3.3); otherwise STARTTLS (RFC 3207). */
  readonly isImplicitTls: boolean;
  /** Whether it may be spoken to in clear: on this machine, in development. */
  readonly mayBeClear: boolean;
  readonly user: string | undefined;
  /** As it is now. */
  readonly password: () => string | undefined;
  /** Whom letters come from: a mail address. */
  readonly from: string;
}

export interface MailOutbox extends Outbox {
  close(): void;
}

const TIMEOUT_MILLISECONDS = 15_000;

export function createMailOutbox(server: MailServer, asOwner: InTenant, envelope: Envelope): MailOutbox {
  const { host, port, isImplicitTls, mayBeClear, user, password, from } = server;
  const connect = (pass: string | undefined) => ({
    pass,
    transport: createTransport({
      host,
      port,
      secure: isImplicitTls,
      requireTLS: !isImplicitTls && !mayBeClear,
      tls: { minVersion: 'TLSv1.2' },
      ...(user !== undefined && { auth: { user, pass: pass ?? '' } }),
      connectionTimeout: TIMEOUT_MILLISECONDS,
      greetingTimeout: TIMEOUT_MILLISECONDS,
      socketTimeout: TIMEOUT_MILLISECONDS,
      disableFileAccess: true,
      disableUrlAccess: true,
    }),
  });
  let held = connect(password());
  /** After a change of the password letters go out by another connection. */
  const transport = () => {
    const pass = password();
    if (held.pass !== pass) {
      held.transport.close();
      held = connect(pass);
    }
    return held.transport;
  };
  const domain = from.slice(from.lastIndexOf('@') + 1);
  return {
    table: 'letter',
    attempt: async ({ tenant, key }) => {
      const row = await asOwner(tenant, (transaction) =>
        transaction
          .selectFrom('letter')
          .select(['sealed', 'until'])
          .where('tenant', '=', tenant)
          .where('key', '=', key)
          .executeTakeFirst(),
      );
      if (!row?.sealed || row.until <= new Date()) return 'expired';
      const { address, subject, text } = await openLetter(envelope, { tenant, key, sealed: row.sealed });
      try {
        await transport().sendMail({
          from: { name: 'Commonhold', address: from },
          to: { name: '', address },
          subject,
          text,
          messageId: `<${key}@${domain}>`,
          // No answer of a machine comes back (RFC 3834).
          headers: { 'auto-submitted': 'auto-generated' },
        });
        return 'delivered';
      } catch (error) {
        return isForGood(error) ? 'refused' : 'failed';
      }
    },
    close: () => held.transport.close(),
  };
}

/** A permanent answer (RFC 5321, section 4.2.1) about this letter; one about us, as a wrong password, can be mended. */
function isForGood(error: unknown): boolean {
  const { code, responseCode } = { code: undefined, responseCode: undefined, ...(error instanceof Error && error) };
  const isOfLetter = code === 'EENVELOPE' || code === 'EMESSAGE';
  return isOfLetter && Number(responseCode) >= 500;
}
