/**
 * Who may ask the partner next: companies take turns, one request each, as long as the agreed concurrency and rates let
 * them. A company that asks a lot waits in its own queue and leaves the others' turns alone. What nobody waits for comes
 * after everything else, of whichever company.
 */
import type { Allowance } from './allowance.ts';
import type { Contract } from './contract.ts';
import { PartnerError } from './partner-error.ts';

export interface Asking {
  readonly company: string;
  readonly isBackground: boolean;
  readonly signal: AbortSignal;
}

export interface Turns {
  /**
   * Runs `exchange` when it is the company's turn.
   *
   * @throws {PartnerError} PARTNER_RATE_LIMITED when its turn wouldn't come in time, PARTNER_TIMEOUT when `signal` is
   * aborted before; `exchange` wasn't begun then
   */
  run<Result>(asking: Asking, exchange: () => Promise<Result>): Promise<Result>;
}

interface Waiting {
  readonly isBackground: boolean;
  readonly until: number;
  /** `release` is for the end of the exchange. */
  readonly begin: (release: () => void) => void;
  readonly refuse: (error: PartnerError) => void;
}

interface Rest {
  /** Before then there is nothing left of what was agreed. */
  restsUntil: number;
}

interface Queue extends Rest {
  readonly waiting: Set<Waiting>;
  underWay: number;
}

export function createTurns({ partner, limits }: Pick<Contract, 'partner' | 'limits'>, allowance: Allowance): Turns {
  /** Whose turn it was last stands last. */
  const queues = new Map<string, Queue>();
  const everybody: Rest = { restsUntil: 0 };
  let underWay = 0;
  let isHandingOut = false;
  let alarm: NodeJS.Timeout | undefined;

  const refusal = (detail: string, retryAfterMilliseconds?: number): PartnerError =>
    new PartnerError(partner, 'PARTNER_RATE_LIMITED', { detail, retryAfterMilliseconds, mayHaveTakenEffect: false });

  async function handOut(): Promise<void> {
    if (isHandingOut) return;
    isHandingOut = true;
    for (let next = nextCompany(); next; next = nextCompany()) {
      const [company, queue] = next;
      queues.delete(company);
      queues.set(company, queue);
      try {
        const taken = await allowance.take(company);
        if (taken.kind === 'taken') begin(queue, taken.release);
        else rest(taken.of === 'everybody' ? everybody : queue, taken.milliseconds);
      } catch {
        // Nobody knows what the other replicas ask: rather nothing than more than was agreed.
        refuseAll(queue, () => refusal('the count that replicas share does not answer'));
      }
    }
    isHandingOut = false;
    wakeUp();
  }

  function nextCompany(): readonly [string, Queue] | undefined {
    const now = performance.now();
    const free = [...queues].filter(([, queue]) => hasPlace(queue) && restOf(queue) <= now);
    return free.find(([, queue]) => firstInForeground(queue)) ?? free[0];
  }

  function hasPlace(queue: Queue): boolean {
    const isFree = underWay < limits.concurrency && queue.underWay < limits.concurrencyPerCompany;
    return isFree && queue.waiting.size > 0;
  }

  function begin(queue: Queue, release: () => void): void {
    const first = firstInForeground(queue) ?? queue.waiting.values().next().value;
    if (!first) {
      // Whoever waited gave up meanwhile.
      release();
      return;
    }
    queue.underWay += 1;
    underWay += 1;
    first.begin(release);
  }

  function rest(who: Rest, milliseconds: number): void {
    who.restsUntil = performance.now() + milliseconds;
    for (const queue of queues.values()) {
      refuseAll(queue, ({ until }) => (until < restOf(queue) ? usedUp(queue) : undefined));
    }
  }

  const restOf = ({ restsUntil }: Rest): number => Math.max(restsUntil, everybody.restsUntil);

  const usedUp = (queue: Queue): PartnerError =>
    refusal('the agreed rate is used up', Math.ceil(restOf(queue) - performance.now()));

  function refuseAll(queue: Queue, why: (waiting: Waiting) => PartnerError | undefined): void {
    for (const waiting of queue.waiting) {
      const error = why(waiting);
      if (error) waiting.refuse(error);
    }
  }

  /** When the first company has rested that only rests; the others are looked at when an exchange ends. */
  function wakeUp(): void {
    clearTimeout(alarm);
    const rests = queues.values().filter(hasPlace).map(restOf).toArray();
    if (rests.length === 0) return;
    alarm = setTimeout(() => void handOut(), Math.max(0, Math.ceil(Math.min(...rests) - performance.now())));
  }

  function queueOf(company: string): Queue {
    const queue = queues.get(company) ?? { waiting: new Set(), underWay: 0, restsUntil: 0 };
    queues.set(company, queue);
    return queue;
  }

  function wait(queue: Queue, { isBackground, signal }: Asking): Promise<() => void> {
    const { promise, resolve, reject } = Promise.withResolvers<() => void>();
    const leave = (): void => {
      queue.waiting.delete(waiting);
      clearTimeout(tooLong);
      signal.removeEventListener('abort', giveUp);
    };
    const waiting: Waiting = {
      isBackground,
      until: performance.now() + limits.queueMilliseconds,
      begin: (release) => {
        leave();
        resolve(release);
      },
      refuse: (error) => {
        leave();
        reject(error);
      },
    };
    const giveUp = (): void =>
      waiting.refuse(
        new PartnerError(partner, 'PARTNER_TIMEOUT', { detail: 'waiting for its turn', mayHaveTakenEffect: false }),
      );
    const tooLong = setTimeout(() => waiting.refuse(refusal('its turn does not come')), limits.queueMilliseconds);
    queue.waiting.add(waiting);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    else if (waiting.until < restOf(queue)) waiting.refuse(usedUp(queue));
    return promise;
  }

  return {
    run: async (asking, exchange) => {
      const queue = queueOf(asking.company);
      const places = limits.queue + Math.max(0, limits.concurrencyPerCompany - queue.underWay);
      if (queue.waiting.size >= places) throw refusal('queue full');
      const turn = wait(queue, asking);
      void handOut();
      const release = await turn;
      try {
        return await exchange();
      } finally {
        release();
        queue.underWay -= 1;
        underWay -= 1;
        void handOut();
      }
    },
  };
}

function firstInForeground({ waiting }: Queue): Waiting | undefined {
  return waiting.values().find(({ isBackground }) => !isBackground);
}
