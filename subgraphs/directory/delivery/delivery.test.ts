import { randomUUID } from 'node:crypto';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { encodeId, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { SubgraphClaims } from '@commonhold/kit/tenancy/principal.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { createTestIdentities, type TestIdentities } from '@commonhold/kit/testing/identities.ts';
import { EITHER_DATABASE } from '@commonhold/test/databases.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { Registry } from 'prom-client';
import { Webhook } from 'standardwebhooks';
import { createOwnerTransactions, createTenantTransactions } from '../database/tenant-transaction.ts';
import { postLetter } from '../records/letters.ts';
import { notify } from '../records/notices.ts';
import type { RecurringWork } from '../recurring/jobs.ts';
import { MAIL_USER, startMailServer, type TestMailServer } from '../testing/mail-server.ts';
import { type StartedDirectory, startDirectory } from '../testing/start-directory.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../testing/webhook-receiver.ts';
import { deliveryJobs } from './jobs.ts';

const NORTHGATE = tenantId('northgate');
const PASSWORD = randomUUID();
const CANARY = 'Mistress Quickly';
const OFFICER: SubgraphClaims = {
  ...claimsOf('SECURITY_OFFICER', 'northgate', []),
  sub: 'northgate-security-officer',
  policies: ['public', 'fresh-mfa'],
};
const TECHNICIAN: SubgraphClaims = {
  ...claimsOf('TECHNICIAN', 'northgate', ['northgate-p01-r01']),
  sub: 'northgate-technician',
};

const ownCertificates = getCACertificates('default');

describe.each(EITHER_DATABASE)('what leaves a directory on %s', (_, provide) => {
  let identities: TestIdentities;
  let started: StartedDirectory;
  let mailServer: TestMailServer;
  let receiver: WebhookReceiver;
  let work: RecurringWork;
  const metrics = new Registry();

  beforeAll(async () => {
    identities = await createTestIdentities();
    const identity = await identities.of('directory');
    setDefaultCACertificates([...ownCertificates, identity.authority]);
    started = await startDirectory(provide);
    mailServer = await startMailServer(identity, PASSWORD);
    receiver = await startWebhookReceiver(identity);
    work = startWork({});
  });

  afterAll(async () => {
    await work?.close();
    await mailServer?.stop();
    await receiver?.stop();
    await started?.stop();
    await identities?.remove();
    setDefaultCACertificates(ownCertificates);
  });

  beforeEach(() => runAll());

  const startWork = (server: object, registry = metrics): RecurringWork => {
    const { database, envelope } = started;
    return deliveryJobs({
      ...{ database, envelope, metrics: registry, isPrivateAllowed: true },
      asOwner: createOwnerTransactions(database),
      mailServer: {
        ...{ host: 'localhost', port: mailServer.port, isImplicitTls: false, mayBeClear: false },
        ...{ user: MAIL_USER, password: () => PASSWORD, from: 'notices@commonhold.example', ...server },
      },
      patience: { mostAttempts: 3, firstPauseSeconds: 0 },
    });
  };

  /** One turn of each job. */
  const runAll = async (done = work): Promise<void> => {
    for (const job of done.jobs) await job.run(AbortSignal.timeout(30_000));
  };

  const tell = (kind: 'PERSON_SUSPENDED' | 'GRANT_GIVEN' | 'LOGIN_FROM_NEW_DEVICE', about = {}) =>
    createTenantTransactions(started.database)(NORTHGATE, (transaction) =>
      notify(transaction, NORTHGATE, { kind, to: 'northgate-technician', about }),
    );

  const post = (address: string, until = new Date(Date.now() + 60_000)) =>
    createTenantTransactions(started.database)(NORTHGATE, (transaction) =>
      postLetter(transaction, NORTHGATE, started.envelope, { address, subject: 'S', text: `Hello ${CANARY}`, until }),
    );

  const order = async (name: string, input: object, selection: string) => {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const { data, errors } = await started.gateway.ask(
      OFFICER,
      `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`,
      { input: { idempotencyKey: randomUUID(), ...input } },
    );
    return { payload: data?.[name] as Record<string, unknown> | null | undefined, error: errors?.[0] };
  };

  const letterOf = async (key: string) => {
    const { rows } = await sql<{ outcome: string | null; attempts: number; sealed: string | null }>`
      select outcome, attempts, sealed from letter where key = ${key}`.execute(started.database);
    return rows[0];
  };

  describe('as a mail', () => {
    it('goes to whom a notice is for, over TLS, after a login, and only once', async () => {
      const before = mailServer.received.length;
      await tell('PERSON_SUSPENDED');
      await runAll();
      await runAll();
      const [mail, ...more] = mailServer.received.slice(before);
      expect(more).toEqual([]);
      expect(mail).toMatchObject({ to: ['technician@northgate.example'], isOverTls: true, user: MAIL_USER });
      expect(mail?.text).toMatch(/^Subject: Commonhold: your rights\r$/m);
      expect(mail?.text).toMatch(/^Message-ID: <[0-9a-f-]{36}@commonhold\.example>\r$/m);
      expect(mail?.text).toContain('Your account was suspended');
    });

    it('is not sent in clear, nor to a server that shows no certificate of an authority', async () => {
      setDefaultCACertificates(ownCertificates);
      const other = startWork({ mayBeClear: true }, new Registry());
      const key = await post('somebody@northgate.example');
      const before = mailServer.received.length;
      await runAll(other);
      await other.close();
      setDefaultCACertificates([...ownCertificates, (await identities.of('directory')).authority]);
      expect(mailServer.received).toHaveLength(before);
      expect(await letterOf(key)).toMatchObject({ outcome: null, attempts: 1 });
    });

    it('is tried again under the same message id when the server is busy', async () => {
      const before = mailServer.received.length;
      mailServer.answerNext(451);
      const key = await post('somebody@northgate.example');
      await runAll();
      expect(await letterOf(key)).toMatchObject({ outcome: null, attempts: 1 });
      await runAll();
      expect(await letterOf(key)).toEqual({ outcome: 'delivered', attempts: 2, sealed: null });
      expect(mailServer.received.slice(before).map(({ text }) => text)).toEqual([
        expect.stringContaining(`<${key}@commonhold.example>`),
      ]);
    });

    it('is given up when it is refused for good, again and again, or comes too late, and can be counted then', async () => {
      mailServer.answerNext(550);
      const refused = await post('nobody@northgate.example');
      await runAll();
      mailServer.answerNext(451, 451, 451);
      const busy = await post('somebody@northgate.example');
      for (let turn = 0; turn < 4; turn += 1) await runAll();
      const late = await post('somebody@northgate.example', new Date(Date.now() - 1));
      await runAll();
      expect(await letterOf(refused)).toEqual({ outcome: 'refused', attempts: 1, sealed: null });
      expect(await letterOf(busy)).toEqual({ outcome: 'refused', attempts: 3, sealed: null });
      expect(await letterOf(late)).toMatchObject({ outcome: 'expired', sealed: null });
      const text = await metrics.metrics();
      expect(text).toMatch(/^directory_deliveries_given_up\{channel="mail"\} 3$/m);
      expect(text).toMatch(/^directory_deliveries_waiting\{channel="mail"\} 0$/m);
      expect(text).toMatch(/^directory_delivery_attempts_total\{channel="mail",outcome="delivered"\} \d+$/m);
    });

    it('lies sealed while it waits', async () => {
      const key = await post('waiting@northgate.example');
      const { rows } = await sql<{ row: string }>`select letter::text as row from letter where key = ${key}`.execute(
        started.database,
      );
      expect(rows[0]?.row).toContain('eyJ');
      expect(rows[0]?.row).not.toContain(CANARY);
      expect(rows[0]?.row).not.toContain('waiting@');
    });

    it('does not come of a kind that somebody switched off; of security, none can be', async () => {
      const choose = (kind: string, on: boolean) =>
        started.gateway.ask(
          TECHNICIAN,
          'mutation ($input: SetNoticeMailInput!) { setNoticeMail(input: $input) { noticeMail { kind always on } } }',
          { input: { kind, on } },
        );
      const { data } = await choose('GRANT_GIVEN', false);
      expect(JSON.stringify(data)).toContain('{"kind":"GRANT_GIVEN","always":false,"on":false}');
      const { errors } = await choose('LOGIN_FROM_NEW_DEVICE', false);
      expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
      const before = mailServer.received.length;
      await tell('GRANT_GIVEN', { role: 'TECHNICIAN' });
      await tell('LOGIN_FROM_NEW_DEVICE', { device: 'Firefox on Linux' });
      await runAll();
      const texts = mailServer.received.slice(before).map(({ text }) => text);
      expect(texts).toEqual([expect.stringContaining('(Firefox')]);
      await choose('GRANT_GIVEN', true);
    });
  });

  describe('as a webhook', () => {
    const create = async (path = '/hook', selection = 'webhook { id url } secret') => {
      const { payload, error } = await order('createWebhook', { url: `${receiver.origin}${path}` }, selection);
      if (error) throw new Error(error.message);
      const { webhook, secret } = payload as { webhook: { id: string }; secret: string };
      return { id: webhook.id, secret };
    };
    const remove = (id: string) => order('removeWebhook', { webhook: id }, 'removed');

    it('is signed with the secret that was shown once, and holds a kind and ids', async () => {
      const idempotencyKey = randomUUID();
      const input = { url: `${receiver.origin}/hook`, idempotencyKey };
      const first = await order('createWebhook', input, 'webhook { id } secret');
      const again = await order('createWebhook', input, 'webhook { id } secret');
      const { webhook, secret } = first.payload as { webhook: { id: string }; secret: string };
      expect(again.payload).toEqual({ webhook, secret: null });
      const before = receiver.received.length;
      await tell('LOGIN_FROM_NEW_DEVICE', { device: 'Firefox on Linux' });
      await runAll();
      const [call, ...more] = receiver.received.slice(before);
      expect(more).toEqual([]);
      expect(new Webhook(secret).verify(call?.body ?? '', call?.headers ?? {})).toEqual({
        type: 'notice.login_from_new_device',
        timestamp: expect.any(String),
        data: { event: expect.any(String), company: 'northgate', subjects: ['northgate-technician'], about: {} },
      });
      expect(() => new Webhook(secret).verify(`${call?.body} `, call?.headers ?? {})).toThrow();
      const listed = await started.gateway.ask(OFFICER, '{ webhooks { id url createdBy previousSecretUntil } }');
      expect(JSON.stringify(listed.data)).not.toContain(secret.slice(6));
      await remove(webhook.id);
    });

    it('is signed with both secrets while one takes over from the other', async () => {
      const { id, secret } = await create();
      const rotated = await order('rotateWebhookSecret', { webhook: id }, 'webhook { previousSecretUntil } secret');
      const next = String(rotated.payload?.['secret']);
      const call = async () => {
        await tell('GRANT_GIVEN', { role: 'TECHNICIAN' });
        await runAll();
        const last = receiver.received.at(-1);
        return (known: string) => new Webhook(known).verify(last?.body ?? '', last?.headers ?? {});
      };
      const overlapping = await call();
      expect(() => [overlapping(secret), overlapping(next)]).not.toThrow();
      await createOwnerTransactions(started.database)(NORTHGATE, (transaction) =>
        sql`update webhook set previous_until = now() where previous_until is not null`.execute(transaction),
      );
      const afterwards = await call();
      expect(() => afterwards(next)).not.toThrow();
      expect(() => afterwards(secret)).toThrow();
      await remove(id);
    });

    it('is not redirected, is tried again, and goes nowhere once it was removed', async () => {
      const { id } = await create('/moved');
      const before = receiver.received.length;
      receiver.answerNext({ status: 307, location: `${receiver.origin}/elsewhere` });
      await tell('GRANT_GIVEN', { role: 'TECHNICIAN' });
      await runAll();
      await runAll();
      const calls = receiver.received.slice(before);
      expect(calls.map(({ path }) => path)).toEqual(['/moved', '/moved']);
      expect(new Set(calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
      receiver.answerNext({ status: 500 });
      await tell('GRANT_GIVEN', { role: 'TECHNICIAN' });
      await runAll();
      const { payload } = await remove(id);
      expect(payload).toEqual({ removed: id });
      const count = receiver.received.length;
      await runAll();
      await tell('GRANT_GIVEN', { role: 'TECHNICIAN' });
      await runAll();
      expect(receiver.received).toHaveLength(count);
    });

    it('of the other company is found by nobody here', async () => {
      const { id } = await create();
      const riverside = encodeId({ tenant: tenantId('riverside'), type: 'Webhook', residence: undefined, key: 'x' });
      const { payload } = await order('removeWebhook', { webhook: riverside }, 'removed');
      expect(payload).toEqual({ removed: null });
      const officer = { ...OFFICER, tenant: 'riverside', sub: 'riverside-security-officer' };
      const { data } = await started.gateway.ask(officer, '{ webhooks { id } }');
      expect(data).toEqual({ webhooks: [] });
      await remove(id);
    });
  });
});
