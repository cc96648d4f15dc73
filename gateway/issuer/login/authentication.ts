/**
 * The decisions of a login: password, then a one-time code or a recovery code.
 *
 * 1. Each try counts as a guess, and is refused unseen when there were too many.
 * 2. A wrong secret, an unknown login name and a used code all give the same `refused`.
 * 3. What is used once (a time step, a recovery code) is taken by the database, not by a check before it.
 */
import type { Accounts, SecondFactor } from '../store/accounts.ts';
import type { Guesses } from './guesses.ts';
import { createRecoveryCodes, normalizeRecoveryCode } from './recovery-codes.ts';
import { totpStep } from './totp.ts';

export type Outcome<Accepted> =
  | ({ readonly kind: 'accepted' } & Accepted)
  | { readonly kind: 'refused' }
  | { readonly kind: 'locked'; readonly seconds: number };

/** Whose code is asked for, after the password was right. */
export interface Candidate {
  readonly subject: string;
  readonly accountKey: string;
  readonly address: string;
}

export interface Authentication {
  password(
    loginName: string,
    password: string,
    address: string,
  ): Promise<
    Outcome<{ readonly subject: string; readonly accountKey: string; readonly secondFactor: SecondFactor | undefined }>
  >;
  totp(candidate: Candidate, code: string): Promise<Outcome<object>>;
  recoveryCode(candidate: Candidate, code: string): Promise<Outcome<object>>;
  /** Confirms a new secret by a code of it. The recovery codes are to be shown now, and never again. */
  enrolment(
    candidate: Candidate,
    secret: Uint8Array,
    code: string,
  ): Promise<Outcome<{ readonly recoveryCodes: readonly string[] }>>;
}

export function createAuthentication(accounts: Accounts, guesses: Guesses): Authentication {
  const guess = async <Accepted extends object>(
    { accountKey, address }: { readonly accountKey: string; readonly address: string },
    attempt: () => Promise<Accepted | undefined>,
  ): Promise<Outcome<Accepted>> => {
    const seconds = await guesses.count(accountKey, address);
    if (seconds !== undefined) return { kind: 'locked', seconds };
    const accepted = await attempt();
    if (!accepted) return { kind: 'refused' };
    await guesses.giveBack(accountKey, address);
    return { kind: 'accepted', ...accepted };
  };

  /** The last step of a login: what was counted against the account is forgotten. */
  const lastGuess = async <Accepted extends object>(
    candidate: Candidate,
    attempt: () => Promise<Accepted | undefined>,
  ): Promise<Outcome<Accepted>> => {
    const outcome = await guess(candidate, attempt);
    if (outcome.kind === 'accepted') await guesses.forget(candidate.accountKey);
    return outcome;
  };

  return {
    password: (loginName, password, address) => {
      const accountKey = accounts.key(loginName);
      return guess({ accountKey, address }, async () => {
        const account = await accounts.verifyPassword(loginName, password);
        return account && { ...account, accountKey: await accounts.keyOf(loginName, account.subject) };
      });
    },

    totp: (candidate, code) =>
      lastGuess(candidate, async () => {
        const secret = await accounts.totpSecret(candidate.subject);
        const step = secret && totpStep(secret, code);
        return step !== undefined && (await accounts.useTotpStep(candidate.subject, step)) ? {} : undefined;
      }),

    recoveryCode: (candidate, code) =>
      lastGuess(candidate, async () =>
        (await accounts.useRecoveryCode(candidate.subject, normalizeRecoveryCode(code))) ? {} : undefined,
      ),

    enrolment: (candidate, secret, code) =>
      lastGuess(candidate, async () => {
        const step = totpStep(secret, code);
        if (step === undefined) return undefined;
        const recoveryCodes = createRecoveryCodes();
        return (await accounts.enrol(candidate.subject, secret, step, recoveryCodes)) ? { recoveryCodes } : undefined;
      }),
  };
}
