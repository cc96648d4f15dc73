/**
 * A login at a company's own provider, as steps of a login here: name the company, go there, come back, and give a factor
 * of ours where there was one alone.
 *
 * The provider sends browsers back to its company's address for all logins; `state` begins with the login's id, whose cookie is
 * sent below `/interaction/<uid>` alone.
 */
import { randomBytes } from 'node:crypto';
import type { Log } from '@commonhold/platform/log.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Guesses } from '../login/guesses.ts';
import { finishedElsewhere } from '../login/progress.ts';
import { createSteps, type Step, type StepsOptions, send } from '../login/steps.ts';
import { createTotpSecret } from '../login/totp.ts';
import { companyPage } from '../pages/federation-pages.ts';
import type { Accounts } from '../store/accounts.ts';
import type { KeyedHash } from '../store/keyed-hash.ts';
import type { CompanyProviders } from './company-provider.ts';
import type { FederatedLogin, PendingLogin, RelyingParty } from './relying-party.ts';

export interface FederationOptions extends StepsOptions {
  readonly providers: CompanyProviders;
  readonly relyingParty: RelyingParty;
  readonly accounts: Accounts;
  readonly hash: KeyedHash;
  readonly guesses: Guesses;
  readonly log: Log;
}

/** Where providers send browsers back to, below the issuer's address: to `<this>/<company>`. */
export const CALLBACK_PATH = '/federation/callback';

/** How old a login counts that the provider tells no time of: it opens nothing that asks for a fresh one. */
const UNKNOWN_AGE_SECONDS = 3_600;

const NO_PROVIDER = 'This company has no login of its own here, or it does not answer. Check the name, or log in here.';
const FAILED = "Your company's login did not let you in here. Try again, or log in here instead.";

const PASSKEY_INSTEAD = "Your company's login gives one factor alone. Log in here instead, with your passkey.";

const companyForm = z.object({ company: z.string().trim().toLowerCase() });
const companyParameter = z.object({ company: z.string().regex(/^[a-z0-9-]{1,63}$/) });
const stateParameter = z.object({ state: z.string().regex(/^[\w-]{1,100}\.[\w-]{43}$/) });

export function registerFederation(app: FastifyInstance, options: FederationOptions): void {
  const { providers, relyingParty, accounts, hash, guesses, log } = options;
  const { onStep, goOn, finish } = createSteps(options);

  app.get('/interaction/:uid/company', (request, reply) =>
    onStep(request, reply, async (step) => send(reply, companyPage(step))),
  );

  app.post('/interaction/:uid/here', (request, reply) =>
    onStep(request, reply, (step) => goOn(step, { step: 'password' })),
  );

  app.post('/interaction/:uid/company', (request, reply) =>
    onStep(request, reply, async (step) => {
      const seconds = await guesses.countAddress(request.ip);
      if (seconds !== undefined) return refuse(step, 'There were too many tries. Try again later.', 429);
      const { company } = companyForm.catch({ company: '' }).parse(request.body);
      const provider = await providers.of(company);
      const state = `${step.path.slice('/interaction/'.length)}.${randomBytes(32).toString('base64url')}`;
      const begun =
        provider && (await relyingParty.begin(provider, { tenant: company, state, mustBeFresh: step.mustBeFresh }));
      return begun ? goOn(step, { step: 'elsewhere', ...begun }) : refuse(step, NO_PROVIDER, 422);
    }),
  );

  app.get(`${CALLBACK_PATH}/:company`, (request, reply) => {
    const { company } = companyParameter.catch({ company: '' }).parse(request.params);
    const parsed = stateParameter.safeParse(request.query);
    const [uid] = parsed.success ? parsed.data.state.split('.') : [];
    const { search } = new URL(request.url, 'http://issuer');
    return uid && company
      ? reply.redirect(`/interaction/${uid}/federation/${company}${search}`, 303)
      : reply.status(400).send();
  });

  app.get('/interaction/:uid/federation/:company', (request, reply) =>
    onStep(request, reply, async (step) => {
      const { state } = step;
      // A redirect that comes again, or one that this login never asked for.
      if (state.step !== 'elsewhere') return reply.redirect(step.path, 303);
      const { company } = companyParameter.catch({ company: '' }).parse(request.params);
      // Another company's provider sent it: what it brings isn't for the one that was asked.
      if (company !== state.pending.tenant) return refuse(step, FAILED, 422);
      const login = await complete(state.pending, new URL(request.url, 'http://issuer').searchParams);
      return login ? comeBack(step, state.pending, login) : refuse(step, FAILED, 422);
    }),
  );

  async function complete(pending: PendingLogin, parameters: URLSearchParams): Promise<FederatedLogin | undefined> {
    const provider = await providers.of(pending.tenant);
    // It may have been removed, or replaced, while the person was there.
    if (provider?.issuer !== pending.issuer) return undefined;
    const outcome = await relyingParty.complete(provider, pending, parameters);
    if (outcome.kind === 'authenticated') return outcome;
    log.info({ event: 'federated login refused', tenant: pending.tenant, kind: outcome.kind, reason: outcome.reason });
    return undefined;
  }

  async function comeBack(step: Step, { tenant, issuer }: PendingLogin, login: FederatedLogin) {
    const account = await accounts.find(tenant, login.accountName);
    const providerSubject = hash(`federated-subject:${tenant}:${issuer}:${login.providerSubject}`);
    const isTheirs = account && (await providers.isTheirs({ ...account, tenant, issuer, providerSubject }));
    if (!account || !isTheirs) {
      log.info({ event: 'federated login refused', tenant, reason: account ? 'of somebody else' : 'no account' });
      return refuse(step, FAILED, 422);
    }
    const { subject, secondFactor } = account;
    const at = login.loggedInAt ?? Math.floor(Date.now() / 1000) - UNKNOWN_AGE_SECONDS;
    if (login.isMultiFactor) return finish(step, subject, 'federated', finishedElsewhere(subject, at));
    // What comes besides would be weaker than what the account has, and could be added by whoever has that login alone.
    if (secondFactor === 'passkey') return refuse(step, PASSKEY_INSTEAD, 422);
    const known = {
      subject,
      accountKey: await accounts.keyOf(login.accountName, subject),
      firstFactor: { method: 'federated', at },
    } as const;
    const secret = Buffer.from(createTotpSecret()).toString('base64url');
    return goOn(
      step,
      secondFactor === 'totp'
        ? { step: 'second-factor', ...known }
        : { step: 'enrolment', ...known, loginName: login.accountName, secret },
    );
  }

  /** What was asked of the provider is over: another try asks anew. */
  async function refuse(step: Step, problem: string, status: number) {
    return send(step.reply.status(status), companyPage({ path: step.path, problem }));
  }
}
