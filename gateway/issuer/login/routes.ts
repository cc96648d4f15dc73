/**
 * The pages of a login and their forms: `/interaction/<uid>` shows the step that is due, and each form posts below it.
 *
 * oidc-provider's cookie ties an interaction to its browser and path, so that a form can't be sent from elsewhere.
 */
import type { Log } from '@commonhold/platform/log.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type Provider from 'oidc-provider';
import { errors } from 'oidc-provider';
import QRCode from 'qrcode';
import { z } from 'zod';
import { expiredPage } from '../pages/error-page.ts';
import {
  enrolledPage,
  enrolmentPage,
  passwordPage,
  recoveryCodePage,
  recoveryCodesPage,
  type StepPage,
  totpPage,
} from '../pages/login-pages.ts';
import type { Authentication, Outcome } from './authentication.ts';
import { finished, type Progress, readProgress, writeProgress } from './progress.ts';
import { createTotpSecret, describeTotpSecret } from './totp.ts';

export interface LoginOptions {
  /** The provider of the moment: it changes when keys are rotated. */
  readonly provider: () => Provider;
  readonly authentication: Authentication;
  readonly log: Log;
}

/** One request within a login. */
interface Step<State extends Progress = Progress> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly path: string;
  readonly clientId: string;
  readonly state: State;
}

const credentials = z.object({ loginName: z.string().min(1).max(320), password: z.string().min(1).max(1024) });
const codeForm = z.object({ code: z.string().min(1).max(40) });
const interactionPath = z.object({ uid: z.string().regex(/^[\w-]{1,100}$/) });

const WRONG_PASSWORD = "That login name and password don't belong together.";
const WRONG_CODE = "That code isn't right, or was used already. Wait for the next one.";
const WRONG_RECOVERY_CODE = "That recovery code isn't right, or was used already.";

export function registerLogin(app: FastifyInstance, { provider, authentication, log }: LoginOptions): void {
  app.get('/interaction/:uid', (request, reply) => onStep(request, reply, (step) => show(step)));

  app.post('/interaction/:uid/password', (request, reply) =>
    onStep(request, reply, async (step) => {
      const { loginName, password } = credentials.catch({ loginName: '', password: '' }).parse(request.body);
      const outcome = await authentication.password(loginName, password, request.ip);
      if (outcome.kind !== 'accepted') return show(step, explain(outcome, WRONG_PASSWORD), outcome);
      const { subject, accountKey, hasFactor } = outcome;
      const secret = Buffer.from(createTotpSecret()).toString('base64url');
      return goOn(
        step,
        hasFactor
          ? { step: 'second-factor', subject, accountKey }
          : { step: 'enrolment', subject, accountKey, loginName, secret },
      );
    }),
  );

  app.post('/interaction/:uid/totp', (request, reply) =>
    onStep(request, reply, async (step) => {
      if (step.state.step !== 'second-factor') return show(step);
      const outcome = await authentication.totp({ ...step.state, address: request.ip }, readCode(request));
      if (outcome.kind !== 'accepted') return show(step, explain(outcome, WRONG_CODE), outcome);
      return finish(step, step.state.subject, 'totp');
    }),
  );

  app.post('/interaction/:uid/recovery-code', (request, reply) =>
    onStep(request, reply, async (step) => {
      if (step.state.step !== 'second-factor') return show(step);
      const outcome = await authentication.recoveryCode({ ...step.state, address: request.ip }, readCode(request));
      if (outcome.kind !== 'accepted') return show(step, explain(outcome, WRONG_RECOVERY_CODE), outcome);
      return finish(step, step.state.subject, 'recovery-code');
    }),
  );

  app.post('/interaction/:uid/enrolment', (request, reply) =>
    onStep(request, reply, async (step) => {
      if (step.state.step !== 'enrolment') return show(step);
      const secret = Buffer.from(step.state.secret, 'base64url');
      const outcome = await authentication.enrolment({ ...step.state, address: request.ip }, secret, readCode(request));
      if (outcome.kind !== 'accepted') return show(step, explain(outcome, WRONG_CODE), outcome);
      await store(step, { step: 'enrolled', subject: step.state.subject });
      log.info({ event: 'factor enrolled', subject: step.state.subject });
      return send(reply, recoveryCodesPage(step, outcome.recoveryCodes));
    }),
  );

  app.post('/interaction/:uid/finish', (request, reply) =>
    onStep(request, reply, async (step) =>
      step.state.step === 'enrolled' ? finish(step, step.state.subject, 'enrolment') : show(step),
    ),
  );

  app.post('/interaction/:uid/abort', (request, reply) =>
    onStep(request, reply, async () => {
      const result = { error: 'access_denied', error_description: 'The person cancelled the login' };
      return reply.redirect(await saveResult(request, reply, result), 303);
    }),
  );

  /** Finds the login that the request belongs to, or says that it has expired. */
  async function onStep(
    request: FastifyRequest,
    reply: FastifyReply,
    handle: (step: Step) => Promise<FastifyReply>,
  ): Promise<FastifyReply> {
    const { uid } = interactionPath.catch({ uid: '' }).parse(request.params);
    const interaction = await provider()
      .interactionDetails(request.raw, reply.raw)
      .catch((error: unknown) => {
        if (error instanceof errors.SessionNotFound) return undefined;
        throw error;
      });
    if (!interaction || interaction.uid !== uid) return send(reply.status(400), expiredPage());
    return handle({
      request,
      reply,
      path: `/interaction/${uid}`,
      clientId: String(interaction.params['client_id'] ?? ''),
      state: readProgress(interaction.result),
    });
  }

  async function show(step: Step, problem?: string, outcome?: Outcome<object>): Promise<FastifyReply> {
    if (outcome?.kind === 'locked') step.reply.status(429).header('retry-after', outcome.seconds);
    if (outcome?.kind === 'refused') step.reply.status(422);
    return send(step.reply, await render(step, { path: step.path, problem }));
  }

  async function render({ state, request, clientId }: Step, page: StepPage): Promise<string> {
    switch (state.step) {
      case 'password': {
        const client = await provider().Client.find(clientId);
        return passwordPage(page, client?.clientName);
      }
      case 'second-factor':
        return wantsRecoveryCode(request) ? recoveryCodePage(page) : totpPage(page);
      case 'enrolment': {
        const { address, key } = describeTotpSecret(Buffer.from(state.secret, 'base64url'), state.loginName);
        return enrolmentPage(page, await QRCode.toString(address, { type: 'svg', margin: 2 }), key);
      }
      case 'enrolled':
        return enrolledPage(page);
    }
  }

  async function goOn(step: Step, state: Progress): Promise<FastifyReply> {
    await store(step, state);
    return step.reply.redirect(step.path, 303);
  }

  async function store({ request, reply }: Step, state: Progress): Promise<void> {
    await saveResult(request, reply, writeProgress(state));
  }

  async function finish({ request, reply, clientId }: Step, subject: string, factor: string): Promise<FastifyReply> {
    const returnTo = await saveResult(request, reply, finished(subject));
    log.info({ event: 'login', subject, client: clientId, factor });
    return reply.redirect(returnTo, 303);
  }

  /** @returns where oidc-provider goes on */
  function saveResult(request: FastifyRequest, reply: FastifyReply, result: object): Promise<string> {
    return provider().interactionResult(request.raw, reply.raw, { ...result }, { mergeWithLastSubmission: false });
  }
}

function explain(outcome: Outcome<object>, wrong: string): string {
  if (outcome.kind !== 'locked') return wrong;
  return `There were too many tries. Try again in ${Math.ceil(outcome.seconds / 60)} min.`;
}

function readCode(request: FastifyRequest): string {
  return codeForm.catch({ code: '' }).parse(request.body).code;
}

function wantsRecoveryCode({ url }: FastifyRequest): boolean {
  return /\/recovery-code$|[?&]factor=recovery-code$/.test(url);
}

function send(reply: FastifyReply, page: string): FastifyReply {
  return reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(page);
}
