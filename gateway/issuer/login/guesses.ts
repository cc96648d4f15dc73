/**
 * How many wrong guesses of a password or code are allowed, per account and per address.
 *
 * A guess is counted before it is looked at, so that guesses made at the same moment don't all get through, and is given
 * back when it was right. An account's count goes only with a complete login: who knows the password alone can't use it
 * to guess codes without end. Login names without an account are counted like those with one.
 */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

export interface Guesses {
  /** Counts a guess. @returns for how many seconds nothing more is let through, or undefined when this guess is. */
  count(accountKey: string, address: string): Promise<number | undefined>;
  /** Counts a guess that belongs to no account, such as the code of a device or a passkey. */
  countAddress(address: string): Promise<number | undefined>;
  /** What was counted by `countAddress` was no guess. */
  giveBackAddress(address: string): Promise<void>;
  /** The guess was right. */
  giveBack(accountKey: string, address: string): Promise<void>;
  /** The login is complete. */
  forget(accountKey: string): Promise<void>;
}

export interface GuessLimits {
  readonly perAccount: number;
  readonly perAddress: number;
  readonly windowSeconds: number;
}

/** Counts in this process. */
export function countGuesses({ perAccount, perAddress, windowSeconds }: GuessLimits): Guesses {
  const accounts = new RateLimiterMemory({ keyPrefix: 'account', points: perAccount, duration: windowSeconds });
  const addresses = new RateLimiterMemory({ keyPrefix: 'address', points: perAddress, duration: windowSeconds });
  return {
    count: (accountKey, address) =>
      secondsLocked(async () => {
        await addresses.consume(address);
        await accounts.consume(accountKey);
      }),
    countAddress: (address) => secondsLocked(() => addresses.consume(address)),
    async giveBackAddress(address) {
      await addresses.reward(address);
    },
    async giveBack(accountKey, address) {
      await Promise.all([accounts.reward(accountKey), addresses.reward(address)]);
    },
    async forget(accountKey) {
      await accounts.delete(accountKey);
    },
  };
}

async function secondsLocked(consume: () => Promise<unknown>): Promise<number | undefined> {
  try {
    await consume();
    return undefined;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return Math.ceil(refusal.msBeforeNext / 1000);
    throw refusal;
  }
}
