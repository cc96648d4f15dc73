/**
 * The pages of a login and their forms: `/interaction/<uid>` shows the step that is due, and each form posts below it.
 *
 * oidc-provider's cookie ties an interaction to its browser and path, so that a form can't be sent from elsewhere.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import QRCode from 'qrcode';
import { z } from 'zod';
import { elsewherePage } from '../pages/federation-pages.ts';
import {
  enrolledPage,
  enrolmentPage,
  firstPage,
  passkeyOnlyPage,
  recoveryCodePage,
  recoveryCodesPage,
  type StepPage,
  totpPage,
} from '../pages/login-pages.ts';
import { sendWithScripts } from '../pages/scripts.ts';
import type { Ceremonies } from '../passkeys/ceremonies.ts';
import type { StoredPasskeys } from '../passkeys/stored-passkeys.ts';
import { passkeyAssurance } from '../protocol/assurance.ts';
import type { Authentication, Outcome } from './authentication.ts';
import type { Guesses } from './guesses.ts';
import { finished, finishedByCode, nowSeconds, type Progress } from './progress.ts';
import { createSteps, type Step, type StepsOptions, send } from './steps.ts';
import { createTotpSecret, describeTotpSecret } from './totp.ts';

export interface LoginOptions extends StepsOptions {
  readonly authentication: Authentication;
  readonly ceremonies: Ceremonies;
  readonly passkeys: StoredPasskeys;
  readonly guesses: Guesses;
}

const credentials = z.object({ loginName: z.string().min(1).max(320), password: z.string().min(1).max(1024) });
const passkeyAnswer = z.object({ answer: z.string().max(8192) });
const codeForm = z.object({ code: z.string().min(1).max(40) });

/** Steps whose pages ask for a passkey. */
const SCRIPTED: ReadonlySet<Progress['step']> = new Set(['password', 'enrolment']);

const WRONG_PASSWORD = "That login name and password don't belong together.";
const WRONG_PASSKEY = "That passkey wasn't accepted. Try again, or log in another way.";
const WRONG_NEW_PASSKEY = "That passkey wasn't accepted, or the account has a factor by now. Begin again.";
const PASSKEY_NEEDED = "A password isn't enough here.";
const PASSKEY_INSTEAD = 'This account logs in with its passkey.';
const WRONG_CODE = "That code isn't right, or was used already. Wait for the next one.";
const WRONG_RECOVERY_CODE = "That recovery code isn't right, or was used already.";

export function registerLogin(app: FastifyInstance, options: LoginOptions): void {
  const { provider, authentication, ceremonies, passkeys, guesses, log } = options;
  const { onStep, goOn, store, finish, abort } = createSteps(options);

  app.get('/interaction/:uid', (request, reply) => onStep(request, reply, (step) => show(step)));

  app.post('/interaction/:uid/passkey', (request, reply) =>
    onStep(request, reply, async (step) => {
      if (step.state.step !== 'password') return show(step);
      const seconds = await guesses.countAddress(request.ip);
      if (seconds !== undefined) return refuse(step, { kind: 'locked', seconds }, WRONG_PASSKEY);
      const passkey = await ceremonies.verifyPasskey(placeOf(step), readAnswer(request));
      if (!passkey) return refuse(step, { kind: 'refused' }, WRONG_PASSKEY);
      await guesses.giveBackAddress(request.ip);
      return finish(step, passkey.subject, 'passkey', finished(passkey.subject, passkeyAssurance(passkey)));
    }),
  );

  app.post('/interaction/:uid/password', (request, reply) =>
    onStep(request, reply, async (step) => {
      if (step.needsPasskey) return refuse(step, { kind: 'refused' }, PASSKEY_NEEDED);
      const { loginName, password } = credentials.catch({ loginName: '', password: '' }).parse(request.body);
      const outcome = await authentication.password(loginName, password, request.ip);
      if (outcome.kind !== 'accepted') return refuse(step, outcome, WRONG_PASSWORD);
      const { subject, accountKey, secondFactor } = outcome;
      if (secondFactor === 'passkey') return refuse(step, { kind: 'refused' }, PASSKEY_INSTEAD);
      const secret = Buffer.from(createTotpSecret()).toString('base64url');
      return goOn(
        step,
        secondFactor === 'totp'
          ? { step: 'second-factor', subject, accountKey }
          : { step: 'enrolment', subject, accountKey, loginName, secret },
      );
    }),
  );

  app.post('/interaction/:uid/totp', (request, reply) =>
    onStep(request, reply, async (step) => {
      if (step.state.step !== 'second-factor') return show(step);
      const outcome = await authentication.totp({ ...step.state, address: request.ip }, readCode(request));
      if (outcome.kind !== 'accepted') return refuse(step, outcome, WRONG_CODE);
      return finish(step, step.state.subject, 'totp', finishedByCode(step.state.subject, step.state.firstFactor));
    }),
  );

  app.post('/interaction/:uid/recovery-code', (request, reply) =>
    onStep(request, reply, async (step) => {
      if (step.state.step !== 'second-factor') return show(step);
      const outcome = await authentication.recoveryCode({ ...step.state, address: request.ip }, readCode(request));
      if (outcome.kind !== 'accepted') return refuse(step, outcome, WRONG_RECOVERY_CODE);
      return finish(
        step,
        step.state.subject,
        'recovery-code',
        finishedByCode(step.state.subject, step.state.firstFactor),
      );
    }),
  );

  app.post('/interaction/:uid/enrolment', (request, reply) =>
    onStep(request, reply, async (step) => {
      if (step.state.step !== 'enrolment') return show(step);
      const secret = Buffer.from(step.state.secret, 'base64url');
      const outcome = await authentication.enrolment({ ...step.state, address: request.ip }, secret, readCode(request));
      if (outcome.kind !== 'accepted') return refuse(step, outcome, WRONG_CODE);
      await store(step, { ...step.state, step: 'enrolled', at: nowSeconds() });
      log.info({ event: 'factor enrolled', subject: step.state.subject });
      return send(reply, recoveryCodesPage(step, outcome.recoveryCodes));
    }),
  );

  app.post('/interaction/:uid/passkey-enrolment', (request, reply) =>
    onStep(request, reply, async (step) => {
      if (step.state.step !== 'enrolment') return show(step);
      const { subject } = step.state;
      const passkey = await ceremonies.verifyNewPasskey(placeOf(step), readAnswer(request));
      const isAdded = passkey && (await passkeys.addFirst(subject, passkey, 'My passkey'));
      if (!isAdded) return refuse(step, { kind: 'refused' }, WRONG_NEW_PASSKEY);
      log.info({ event: 'factor enrolled', subject });
      // It was made, and not yet used: the login begins again, with it.
      return goOn(step, { step: 'password' });
    }),
  );

  app.post('/interaction/:uid/finish', (request, reply) =>
    onStep(request, reply, async (step) =>
      step.state.step === 'enrolled'
        ? finish(
            step,
            step.state.subject,
            'enrolment',
            finishedByCode(step.state.subject, step.state.firstFactor, step.state.at),
          )
        : show(step),
    ),
  );

  app.post('/interaction/:uid/abort', (request, reply) => onStep(request, reply, abort));

  function refuse(step: Step, outcome: Exclude<Outcome<object>, { kind: 'accepted' }>, wrong: string) {
    if (outcome.kind === 'locked') step.reply.status(429).header('retry-after', outcome.seconds);
    else step.reply.status(422);
    return show(step, explain(outcome, wrong));
  }

  async function show(step: Step, problem?: string): Promise<FastifyReply> {
    const page = await render(step, { path: step.path, problem });
    return SCRIPTED.has(step.state.step) ? sendWithScripts(step.reply, page) : send(step.reply, page);
  }

  async function render(step: Step, page: StepPage): Promise<string> {
    const { state, request, clientId } = step;
    switch (state.step) {
      case 'password': {
        const client = (await provider().Client.find(clientId))?.clientName;
        const first = { ...page, client, passkey: await ceremonies.askForPasskey(placeOf(step)) };
        return step.needsPasskey ? passkeyOnlyPage(first) : firstPage(first);
      }
      case 'second-factor':
        return wantsRecoveryCode(request) ? recoveryCodePage(page) : totpPage(page);
      case 'enrolment': {
        const { subject, loginName } = state;
        const { address, key } = describeTotpSecret(Buffer.from(state.secret, 'base64url'), loginName);
        const owner = { subject, loginName, name: loginName };
        return enrolmentPage(page, {
          passkey: await ceremonies.askForNewPasskey(placeOf(step), owner),
          qrCode: await QRCode.toString(address, { type: 'svg', margin: 2 }),
          secret: key,
        });
      }
      case 'elsewhere':
        return elsewherePage(page, state.address);
      case 'enrolled':
        return enrolledPage(page);
    }
  }
}

/** A challenge is for this login alone. */
function placeOf({ path }: Step): string {
  return `login:${path}`;
}

function explain(outcome: Outcome<object>, wrong: string): string {
  if (outcome.kind !== 'locked') return wrong;
  return `There were too many tries. Try again in ${Math.ceil(outcome.seconds / 60)} min.`;
}

function readAnswer(request: FastifyRequest): string {
  return passkeyAnswer.catch({ answer: '' }).parse(request.body).answer;
}

function readCode(request: FastifyRequest): string {
  return codeForm.catch({ code: '' }).parse(request.body).code;
}

function wantsRecoveryCode({ url }: FastifyRequest): boolean {
  return /\/recovery-code$|[?&]factor=recovery-code$/.test(url);
}
