/**
 * A partner without webhooks is asked, for one company after the other, what has changed after a cursor of its own.
 *
 * It begins at what the partner calls now. A cursor that the partner doesn't know any more is a gap: whoever follows is told
 * so, and it begins anew.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { ForgetfulReplayMemory } from '@commonhold/platform/replay/replay-memory.ts';
import { PartnerError } from '../partner/partner-error.ts';
import type { TenantId } from '../tenancy/ids.ts';
import type { TakeIn } from './take-in.ts';

export interface PolledPage {
  /** Each with the partner's id of it, as it would be written into a webhook. */
  readonly items: readonly { readonly id: string; readonly event: unknown }[];
  readonly cursor: string;
  readonly isMore: boolean;
}

/** What comes after the cursor; without one nothing, and the cursor of now. @throws {PartnerError} */
export type AskChanges = (company: TenantId, cursor: string | undefined, signal: AbortSignal) => Promise<PolledPage>;

export interface PollOptions {
  readonly companies: readonly TenantId[];
  readonly everySeconds: number;
  readonly ask: AskChanges;
  readonly takeIn: TakeIn;
  readonly replay: ForgetfulReplayMemory;
  readonly announceGap: () => void;
  readonly count: (outcome: 'answered' | 'cursor-lost' | 'failed') => void;
}

const REMEMBERED_MILLISECONDS = 15 * 60_000;

export function startPolling(options: PollOptions): { stop(): Promise<void> } {
  const { companies, everySeconds, ask, takeIn, replay, announceGap, count } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const cursors = new Map<TenantId, string>();

  async function take(company: TenantId, { id, event }: PolledPage['items'][number]): Promise<void> {
    const use = `${company}/${id}`;
    // Another replica may have asked sooner.
    if (!(await replay.isFirstUse(use, REMEMBERED_MILLISECONDS))) return;
    try {
      await takeIn({ company, id, body: Buffer.from(JSON.stringify(event)) });
    } catch (error) {
      await replay.forget(use);
      throw error;
    }
  }

  async function poll(company: TenantId): Promise<void> {
    for (let isMore = true; isMore && !signal.aborted; ) {
      const page = await ask(company, cursors.get(company), signal);
      for (const item of page.items) await take(company, item);
      cursors.set(company, page.cursor);
      isMore = page.isMore;
    }
  }

  async function pollSafely(company: TenantId): Promise<void> {
    try {
      await poll(company);
      count('answered');
    } catch (error) {
      if (signal.aborted) return;
      const isLost = error instanceof PartnerError && error.code === 'PARTNER_REJECTED' && cursors.delete(company);
      if (isLost) announceGap();
      count(isLost ? 'cursor-lost' : 'failed');
    }
  }

  async function repeat(): Promise<void> {
    while (!signal.aborted) {
      for (const company of companies) await pollSafely(company);
      await wait(everySeconds * 1000, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  const polling = repeat();
  return {
    stop: async () => {
      stopping.abort();
      await polling;
    },
  };
}
