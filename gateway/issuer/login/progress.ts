/**
 * How far a login has come. It is kept, sealed, with oidc-provider's interaction, under a key of ours: only `finished`
 * writes the key that oidc-provider takes for a login, so that going on without the second factor leads nowhere.
 */
import type { InteractionResults } from 'oidc-provider';
import { z } from 'zod';
import { pendingLogin } from '../federation/relying-party.ts';
import { CODE_AFTER_COMPANY, COMPANY, type LoginAssurance, PASSWORD_AND_CODE } from '../protocol/assurance.ts';

/** What came before a second factor of ours, when it wasn't the password: a login at the company's own provider. */
const firstFactor = z.object({
  method: z.literal('federated'),
  /** When, in seconds. */
  at: z.number(),
});

export type FirstFactor = z.output<typeof firstFactor>;

const progress = z.discriminatedUnion('step', [
  z.object({ step: z.literal('password') }),
  z.object({ step: z.literal('elsewhere'), address: z.string(), pending: pendingLogin }),
  z.object({
    step: z.literal('second-factor'),
    subject: z.string(),
    accountKey: z.string(),
    firstFactor: firstFactor.optional(),
  }),
  z.object({
    step: z.literal('enrolment'),
    subject: z.string(),
    accountKey: z.string(),
    loginName: z.string(),
    /** base64url */
    secret: z.string(),
    firstFactor: firstFactor.optional(),
  }),
  z.object({
    step: z.literal('enrolled'),
    subject: z.string(),
    /** When the factor was set up, in seconds: the login is as old, however late it is finished. */
    at: z.number(),
    firstFactor: firstFactor.optional(),
  }),
]);

export type Progress = z.output<typeof progress>;

export function readProgress(result: InteractionResults | undefined): Progress {
  const parsed = progress.safeParse(result?.['progress']);
  return parsed.success ? parsed.data : { step: 'password' };
}

export function writeProgress(state: Progress): InteractionResults {
  return { progress: state };
}

/**
 * The login is complete. The session ends with the browser, too.
 *
 * @param at when the factors were proved: a browser that goes on later brings an older login, and what ended logins
 * meanwhile has ended this one, too
 */
export function finished(subject: string, { acr, amr }: LoginAssurance, at = nowSeconds()): InteractionResults {
  return { login: { accountId: subject, acr, amr: [...amr], ts: at, remember: false } };
}

/** By a code after the password, or after a login elsewhere: then it is as old as the older of both factors. */
export function finishedByCode(subject: string, first?: FirstFactor, at?: number): InteractionResults {
  return first ? finished(subject, CODE_AFTER_COMPANY, first.at) : finished(subject, PASSWORD_AND_CODE, at);
}

/** Both factors were asked for by the company's own provider. */
export function finishedElsewhere(subject: string, at: number): InteractionResults {
  return finished(subject, COMPANY, at);
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
