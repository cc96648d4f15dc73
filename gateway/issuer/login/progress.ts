/**
 * How far a login has come. It is kept, sealed, with oidc-provider's interaction, under a key of ours: only `finished`
 * writes the key that oidc-provider takes for a login, so that going on without the second factor leads nowhere.
 */
import type { InteractionResults } from 'oidc-provider';
import { z } from 'zod';
import { MULTI_FACTOR } from '../protocol/tokens.ts';

const progress = z.discriminatedUnion('step', [
  z.object({ step: z.literal('password') }),
  z.object({ step: z.literal('second-factor'), subject: z.string(), accountKey: z.string() }),
  z.object({
    step: z.literal('enrolment'),
    subject: z.string(),
    accountKey: z.string(),
    loginName: z.string(),
    /** base64url */
    secret: z.string(),
  }),
  z.object({ step: z.literal('enrolled'), subject: z.string() }),
]);

export type Progress = z.output<typeof progress>;

export function readProgress(result: InteractionResults | undefined): Progress {
  const parsed = progress.safeParse(result?.['progress']);
  return parsed.success ? parsed.data : { step: 'password' };
}

export function writeProgress(state: Progress): InteractionResults {
  return { progress: state };
}

/** The login is complete. The session ends with the browser, too. */
export function finished(subject: string): InteractionResults {
  return { login: { accountId: subject, acr: MULTI_FACTOR.acr, amr: [...MULTI_FACTOR.amr], remember: false } };
}
