/**
 * Numbers that are missing among an entity's changes: when they don't come within a moment, the partner is asked for the
 * entity itself, and what it is now is told as a change.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { PartnerChange } from './partner-change.ts';

export type Gap = Pick<PartnerChange, 'company' | 'entity' | 'kind'> & { readonly from: number; readonly to: number };

/** What the partner says of the entity now; undefined: there is no such entity. */
export type AskEntity = (
  gap: Gap,
  signal: AbortSignal,
) => Promise<Pick<PartnerChange, 'alarm' | 'occurredAt'> | undefined>;

export type GapOutcome = 'came-late' | 'filled' | 'gone' | 'failed' | 'too-many';

export interface Gaps {
  open(gap: Gap): void;
  /** A late change with this number has come. */
  came(entity: string, sequence: number): void;
  close(): Promise<void>;
}

export interface GapOptions {
  readonly ask: AskEntity;
  /** Takes what fills the gap; it is the same at each replica that noticed it. */
  readonly fill: (change: PartnerChange) => Promise<void>;
  readonly ended: (outcome: GapOutcome) => void;
}

const PATIENCE_MILLISECONDS = 1_000;
const ATTEMPTS = 3;
const GREATEST_OPEN = 1_000;
/** Beyond that, it isn't noted which have come: the partner is asked. */
const GREATEST_NOTED = 100;

interface OpenGap {
  readonly missing: Set<number>;
  readonly isNoted: boolean;
}

export function createGaps({ ask, fill, ended }: GapOptions): Gaps {
  const closing = new AbortController();
  const open = new Map<string, OpenGap>();
  const working = new Set<Promise<void>>();

  async function close(gap: Gap, state: OpenGap): Promise<GapOutcome> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      await wait(PATIENCE_MILLISECONDS * attempt, undefined, { signal: closing.signal, ref: false });
      if (state.isNoted && state.missing.size === 0) return 'came-late';
      try {
        const found = await ask(gap, closing.signal);
        if (!found) return 'gone';
        const { company, entity, kind } = gap;
        await fill({ id: `gap.${gap.to}.${entity.id}`.slice(0, 255), company, entity, kind, ...found });
        return 'filled';
      } catch {
        // The partner may answer the next time.
      }
    }
    return 'failed';
  }

  return {
    open: (gap) => {
      // One is enough: what the partner says then is newer than all that is missing.
      if (open.has(gap.entity.id)) return;
      if (open.size >= GREATEST_OPEN) return ended('too-many');
      const isNoted = gap.to - gap.from < GREATEST_NOTED;
      const missing = new Set(Array.from({ length: isNoted ? gap.to - gap.from + 1 : 0 }, (_, at) => gap.from + at));
      const state = { missing, isNoted };
      open.set(gap.entity.id, state);
      const work = close(gap, state)
        .then(ended)
        .catch(() => undefined)
        .finally(() => {
          open.delete(gap.entity.id);
          working.delete(work);
        });
      working.add(work);
    },
    came: (entity, sequence) => void open.get(entity)?.missing.delete(sequence),
    close: async () => {
      closing.abort();
      await Promise.all(working);
    },
  };
}
