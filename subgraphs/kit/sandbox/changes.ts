/** What a sandbox partner tells of changes: each by a webhook, and in a list for those who ask. */
import { randomUUID } from 'node:crypto';
import { Problem } from './problem.ts';

/** What each event says beside what changed. */
export interface Counted {
  readonly companyId: string;
  readonly sequence: number;
  readonly occurredAt: string;
}

export interface SandboxChanges<Event> {
  /** @param key of what changed, within the company; its changes are counted */
  tell(company: string, key: string, describe: (counted: Counted) => Event): void;
  /** @throws {Problem} 422 for a cursor that isn't known any more */
  since(company: string, cursor: string | undefined, limit: number): ChangePage<Event>;
}

export interface ChangePage<Event> {
  readonly items: { readonly id: string; readonly companyId: string; readonly event: Event }[];
  readonly cursor: string;
  readonly more: boolean;
}

export type SendWebhook = (company: string, id: string, event: object) => void;

const KEPT = 1_000;

interface Told<Event> {
  readonly number: number;
  readonly id: string;
  readonly companyId: string;
  readonly event: Event;
}

/** @param send of those who take webhooks; left out: they have to ask */
export function createSandboxChanges<Event extends object>(now: () => Date, send?: SendWebhook): SandboxChanges<Event> {
  const life = randomUUID();
  const counts = new Map<string, number>();
  let told: readonly Told<Event>[] = [];
  let number = 0;
  const cursorAt = (at: number): string => `${life}.${at}`;

  return {
    tell: (companyId, key, describe) => {
      const counted = `${companyId}/${key}`;
      const sequence = (counts.get(counted) ?? 0) + 1;
      counts.set(counted, sequence);
      number += 1;
      const event = describe({ companyId, sequence, occurredAt: now().toISOString() });
      const change = { number, id: `evt-${randomUUID()}`, companyId, event };
      told = [...told, change].slice(-KEPT);
      send?.(companyId, change.id, event);
    },
    since: (company, cursor, limit) => {
      if (cursor === undefined) return { items: [], cursor: cursorAt(number), more: false };
      const [ofLife, at = ''] = cursor.split('.');
      const oldest = told[0]?.number ?? number + 1;
      if (ofLife !== life || !/^\d+$/.test(at) || Number(at) < oldest - 1) {
        throw new Problem(422, 'bad-cursor', 'The cursor is not one of ours, or too old');
      }
      const later = told.filter((change) => change.number > Number(at) && change.companyId === company);
      const page = later.slice(0, limit);
      const more = later.length > page.length;
      return {
        items: page.map(({ id, companyId, event }) => ({ id, companyId, event })),
        cursor: cursorAt(more ? (page.at(-1)?.number ?? number) : number),
        more,
      };
    },
  };
}
