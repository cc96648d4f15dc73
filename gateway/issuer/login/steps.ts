/** What all steps of a login share: which login a request belongs to, how far it has come, and its end. */
import type { Log } from '@commonhold/platform/log.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type Provider from 'oidc-provider';
import { errors, type InteractionResults } from 'oidc-provider';
import { z } from 'zod';
import { expiredPage } from '../pages/error-page.ts';
import { inactivePage } from '../pages/login-pages.ts';
import { needsPasskey } from '../protocol/assurance.ts';
import type { Devices } from '../sessions/devices.ts';
import { type Progress, readProgress, writeProgress } from './progress.ts';

export interface StepsOptions {
  /** The provider of the moment: it changes when keys are rotated. */
  readonly provider: () => Provider;
  /** Whether the account may log in at this instant. @throws {Error} with `statusCode` when that can't be known */
  readonly mayLogIn: (subject: string) => Promise<boolean>;
  readonly devices: Devices;
  readonly log: Log;
}

/** One request within a login. */
export interface Step<State extends Progress = Progress> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly path: string;
  readonly clientId: string;
  /** Whether a login of before, at a provider elsewhere, won't do. */
  readonly mustBeFresh: boolean;
  /** The client asks for a login that only a passkey gives. */
  readonly needsPasskey: boolean;
  readonly state: State;
}

export interface Steps {
  /** Finds the login that the request belongs to, or says that it has expired. */
  onStep(
    request: FastifyRequest,
    reply: FastifyReply,
    handle: (step: Step) => Promise<FastifyReply>,
  ): Promise<FastifyReply>;
  /** Keeps how far it has come, and shows the step that is due. */
  goOn(step: Step, state: Progress): Promise<FastifyReply>;
  store(step: Step, state: Progress): Promise<void>;
  /**
   * Ends it: back to oidc-provider with `result`, unless the account may not log in.
   *
   * @param factor what was proved last, for the log
   */
  finish(step: Step, subject: string, factor: string, result: InteractionResults): Promise<FastifyReply>;
  abort(step: Step): Promise<FastifyReply>;
}

const interactionPath = z.object({ uid: z.string().regex(/^[\w-]{1,100}$/) });

export function createSteps({ provider, mayLogIn, devices, log }: StepsOptions): Steps {
  /** @returns where oidc-provider goes on */
  const saveResult = ({ request, reply }: Step, result: InteractionResults): Promise<string> =>
    provider().interactionResult(request.raw, reply.raw, result, { mergeWithLastSubmission: false });

  const store = async (step: Step, state: Progress): Promise<void> => {
    await saveResult(step, writeProgress(state));
  };

  return {
    async onStep(request, reply, handle) {
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
        mustBeFresh:
          interaction.params['max_age'] !== undefined ||
          interaction.prompt.reasons.some((reason) => reason !== 'no_session'),
        needsPasskey: needsPasskey(interaction.params),
        state: readProgress(interaction.result),
      });
    },

    store,

    async goOn(step, state) {
      await store(step, state);
      return step.reply.redirect(step.path, 303);
    },

    async finish(step, subject, factor, result) {
      const { request, reply, clientId } = step;
      if (!(await mayLogIn(subject))) {
        log.info({ event: 'login refused', subject, reason: 'not active' });
        return send(reply.status(403), inactivePage(step));
      }
      await devices.noteLogin(request, reply, subject);
      const returnTo = await saveResult(step, result);
      log.info({ event: 'login', subject, client: clientId, factor });
      return reply.redirect(returnTo, 303);
    },

    async abort(step) {
      const result = { error: 'access_denied', error_description: 'The person cancelled the login' };
      return step.reply.redirect(await saveResult(step, result), 303);
    },
  };
}

export function send(reply: FastifyReply, page: string): FastifyReply {
  return reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(page);
}
