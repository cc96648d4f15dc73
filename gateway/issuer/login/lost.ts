/**
 * "I lost what I log in with": says so for an account, and shows a code. Somebody else in the company makes sure who asks
 * and approves with that code; the directory mails the link then.
 *
 * The answer is the same, and takes as long, whether or not there is such an account: a code is always shown.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { Secret } from 'otpauth';
import { z } from 'zod';
import { askedForRecoveryPage, lostPage } from '../pages/lost-pages.ts';
import type { Accounts } from '../store/accounts.ts';
import type { Guesses } from './guesses.ts';
import { createSteps, type StepsOptions, send } from './steps.ts';

export interface LostOptions extends StepsOptions {
  readonly accounts: Pick<Accounts, 'holdersOf' | 'tenantOf'>;
  readonly guesses: Guesses;
  /** Tells the directory. */
  readonly askForRecovery: (tenant: string, subject: string, code: string) => Promise<void>;
}

const ANSWER_MILLISECONDS = 400;
const CODE_BYTES = 5;

const form = z.object({ loginName: z.string().max(320) });

export function registerLost(app: FastifyInstance, options: LostOptions): void {
  const { accounts, guesses, askForRecovery, log } = options;
  const { onStep } = createSteps(options);

  const known = async (subject: string) => {
    const tenant = await accounts.tenantOf(subject);
    return tenant === undefined ? [] : [{ tenant, subject }];
  };

  app.get('/interaction/:uid/lost', (request, reply) =>
    onStep(request, reply, async (step) => send(reply, lostPage(step, step.state.step === 'second-factor'))),
  );

  app.post('/interaction/:uid/lost', (request, reply) =>
    onStep(request, reply, async (step) => {
      const { state } = step;
      const isKnown = state.step === 'second-factor';
      const seconds = await guesses.countAddress(request.ip);
      if (seconds !== undefined) {
        const problem = `There were too many tries. Try again in ${Math.ceil(seconds / 60)} min.`;
        return send(reply.status(429).header('retry-after', seconds), lostPage({ ...step, problem }, isKnown));
      }
      const { loginName } = form.catch({ loginName: '' }).parse(request.body);
      const code = createCode();
      const ask = async (): Promise<void> => {
        for (const { tenant, subject } of isKnown ? await known(state.subject) : await accounts.holdersOf(loginName)) {
          await askForRecovery(tenant, subject, code);
          log.info({ event: 'recovery asked', subject });
        }
      };
      await Promise.all([ask(), wait(ANSWER_MILLISECONDS)]);
      return send(reply, askedForRecoveryPage(code));
    }),
  );
}

/** Eight letters and digits, such as `ABCD-EFGH`. */
function createCode(): string {
  const { base32 } = new Secret({ buffer: new Uint8Array(randomBytes(CODE_BYTES)).buffer });
  return (base32.match(/.{4}/g) ?? []).join('-');
}
