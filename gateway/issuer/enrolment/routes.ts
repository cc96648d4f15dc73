/**
 * `/invitation/<token>` and `/recovery/<token>`: whoever was invited, or lost what they logged in with, sets up what they
 * log in with, a passkey or a password with an authenticator app, and by that uses the link up.
 *
 * The link is the secret. A link that isn't good is answered alike, whatever the reason, and counted against the address.
 */
import type { Log } from '@commonhold/platform/log.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Guesses } from '../login/guesses.ts';
import type { NewApps } from '../login/new-app.ts';
import { createRecoveryCodes } from '../login/recovery-codes.ts';
import { send } from '../login/steps.ts';
import { enrolledByAppPage, enrolledByPasskeyPage, factorsPage, spentLinkPage } from '../pages/enrolment-pages.ts';
import { sendWithScripts } from '../pages/scripts.ts';
import type { Ceremonies } from '../passkeys/ceremonies.ts';
import type { Devices } from '../sessions/devices.ts';
import type { NewFactors } from '../store/enrolments.ts';
import type { Invited, Links } from './links.ts';

export interface EnrolmentOptions {
  readonly kind: EnrolmentKind;
  readonly links: Links;
  readonly ceremonies: Ceremonies;
  readonly newApps: NewApps;
  readonly guesses: Guesses;
  readonly devices: Devices;
  /** Keeps what was set up, and uses the link up. False: it isn't good any more. */
  readonly complete: (invited: Invited, factors: NewFactors, token: string) => Promise<boolean>;
  readonly log: Log;
}

export type EnrolmentKind = 'invitation' | 'recovery';

/** Of a password, beside which there is always a second factor. */
export const FEWEST_CHARACTERS = 12;

const parameters = z.object({ token: z.string().max(300) });
const passkeyFields = z.object({ answer: z.string().max(8192) });
const appFields = z.object({
  password: z.string().min(FEWEST_CHARACTERS).max(1024),
  code: z.string().max(40),
  sealed: z.string().max(2048),
});

const WRONG_PASSKEY = "That passkey wasn't accepted. Try again.";
const WRONG_CODE = "That code isn't right. Wait for the next one.";
const SHORT_PASSWORD = `The password needs at least ${FEWEST_CHARACTERS} characters.`;

export function registerEnrolment(app: FastifyInstance, options: EnrolmentOptions): void {
  const { kind, links, ceremonies, newApps, guesses, devices, complete, log } = options;
  const path = `/${kind}/:token`;

  app.get(path, (request, reply) => withLink(request, reply, (link) => show(link)));

  app.post(`${path}/passkey`, (request, reply) =>
    withLink(request, reply, async (link) => {
      const { answer } = passkeyFields.catch({ answer: '' }).parse(request.body);
      const passkey = await ceremonies.verifyNewPasskey(placeOf(link), answer);
      if (!passkey) return show(link, WRONG_PASSKEY);
      return finish(link, { kind: 'passkey', passkey }, () => enrolledByPasskeyPage());
    }),
  );

  app.post(`${path}/password`, (request, reply) =>
    withLink(request, reply, async (link) => {
      const fields = appFields.safeParse(request.body);
      if (!fields.success) return show(link, SHORT_PASSWORD);
      const { password, code, sealed } = fields.data;
      const confirmed = await newApps.confirm(placeOf(link), sealed, code);
      if (!confirmed) return show(link, WRONG_CODE);
      const recoveryCodes = createRecoveryCodes();
      const { secret: totpSecret, step: totpStep } = confirmed;
      const factors = { kind: 'password', password, totpSecret, totpStep, recoveryCodes } as const;
      return finish(link, factors, () => enrolledByAppPage(recoveryCodes));
    }),
  );

  /** Asks whom the link is for, or says that it isn't good. */
  async function withLink(
    request: FastifyRequest,
    reply: FastifyReply,
    handle: (link: Link) => Promise<FastifyReply>,
  ): Promise<FastifyReply> {
    const seconds = await guesses.countAddress(request.ip);
    if (seconds !== undefined) return send(reply.status(429).header('retry-after', seconds), spentLinkPage());
    const { token } = parameters.catch({ token: '' }).parse(request.params);
    const invited = await links.read(token);
    if (!invited) return send(reply.status(404), spentLinkPage());
    await guesses.giveBackAddress(request.ip);
    return handle({ request, reply, token, invited });
  }

  async function show(link: Link, problem?: string): Promise<FastifyReply> {
    const { reply, token, invited } = link;
    if (problem !== undefined) reply.status(422);
    const page = factorsPage({
      path: `/${kind}/${token}`,
      problem,
      name: invited.name,
      loginName: invited.loginName,
      passkey: await ceremonies.askForNewPasskey(placeOf(link), invited),
      app: await newApps.begin(placeOf(link), invited.loginName),
      fewestCharacters: FEWEST_CHARACTERS,
    });
    return sendWithScripts(reply, page);
  }

  async function finish({ request, reply, token, invited }: Link, factors: NewFactors, page: () => string) {
    if (!(await complete(invited, factors, token))) return send(reply.status(404), spentLinkPage());
    await devices.remember(request, reply, invited.subject);
    log.info({ event: 'factor enrolled', subject: invited.subject, by: kind, factor: factors.kind });
    return send(reply, page());
  }

  /** A challenge and a secret are for this link alone. */
  function placeOf({ token }: Link): string {
    return `${kind}:${token}`;
  }
}

interface Link {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly token: string;
  readonly invited: Invited;
}
