/**
 * Keeps what the directory says of somebody until something changes: a change is told over the directory's stream, the
 * end of a grant was told with the answer.
 *
 * 1. When what is known of changes is older than the bound, nobody is let in.
 * 2. While the stream isn't live, nothing that is kept is gone by: the directory is asked each time.
 * 3. An answer that was under way when a change of it was told may be from before: it is asked for again.
 * 4. When the stream is lost, everything is forgotten: what changed meanwhile isn't known.
 */
import type { AccessFeed } from '@commonhold/platform/access-feed/follow.ts';
import type { AccessChange } from '@commonhold/platform/access-feed/messages.ts';
import { LRUCache } from 'lru-cache';
import type { Access, AccessQuestion, ActiveAccess, AskAccess } from './access.ts';

export interface KeptAccessParts {
  /** Asks the directory. */
  readonly ask: AskAccess;
  readonly feed: AccessFeed;
  readonly observe: {
    accessAnswered(from: 'kept' | 'directory'): void;
    accessChanged(): void;
  };
}

const MOST_ANSWERS = 10_000;
/** So that a mistake of ours in what is told doesn't last either. */
const LONGEST_KEPT_MILLISECONDS = 60_000;
const MOST_ATTEMPTS = 3;

interface Kept {
  readonly question: AccessQuestion;
  answer: Promise<Access>;
  /** Instant of `performance.now()`; infinite while it is under way. */
  until: number;
  /** A change of it was told, or there was no room for it any more. */
  isForgotten: boolean;
}

export function createKeptAccess({ ask, feed, observe }: KeptAccessParts): AskAccess {
  const answers = new LRUCache<string, Kept>({
    max: MOST_ANSWERS,
    dispose: (kept) => {
      kept.isForgotten = true;
    },
  });
  feed.follow({
    changed: (tenant, change) => {
      observe.accessChanged();
      for (const [key, { question }] of answers) {
        if (question.tenant === tenant && isConcerned(question, change)) answers.delete(key);
      }
    },
    lost: () => answers.clear(),
  });

  function begin(key: string, question: AccessQuestion): Kept {
    const askedAt = performance.now();
    const versionBefore = feed.versionOf(question.tenant);
    const kept: Kept = {
      question,
      until: Number.POSITIVE_INFINITY,
      isForgotten: false,
      answer: ask(question).then((access) => {
        if (access.kind !== 'active') answers.delete(key);
        else {
          kept.until = askedAt + Math.min(access.unchangedFor, LONGEST_KEPT_MILLISECONDS);
          // Said by a directory that knows less than what was told.
          if (access.version < versionBefore) answers.delete(key);
        }
        return access;
      }),
    };
    answers.set(key, kept);
    return kept;
  }

  async function answer(question: AccessQuestion, attempts: number): Promise<Access> {
    if (feed.isStale() || attempts === 0) return { kind: 'unavailable' };
    if (!feed.isLive()) {
      observe.accessAnswered('directory');
      return ask(question);
    }
    const key = keyOf(question);
    const known = answers.get(key);
    const isKnown = known !== undefined && performance.now() < known.until;
    observe.accessAnswered(isKnown ? 'kept' : 'directory');
    const kept = isKnown ? known : begin(key, question);
    const access = await kept.answer;
    if (access.kind !== 'active') return access;
    // Whatever was told since it was asked for, and didn't let it be forgotten, concerned somebody else.
    const version = Math.max(access.version, feed.versionOf(question.tenant));
    if (!kept.isForgotten && version >= (question.atLeast ?? 0)) return withVersion(kept, access, version);
    if (answers.peek(key) === kept) answers.delete(key);
    return answer(question, attempts - 1);
  }

  return (question) => answer(question, MOST_ATTEMPTS);
}

/** The same object as long as it says the same: what follows from it can be kept as well. */
function withVersion(kept: Kept, access: ActiveAccess, version: number): ActiveAccess {
  if (access.version === version) return access;
  const renewed = { ...access, version };
  kept.answer = Promise.resolve(renewed);
  return renewed;
}

/** Whether it is a change of what somebody of the company may do with this token. */
export function isConcerned(
  { subject, session, tokenId }: Pick<AccessQuestion, 'subject' | 'session' | 'tokenId'>,
  change: AccessChange,
): boolean {
  switch (change.kind) {
    case 'subject':
      return change.subject === subject;
    case 'session':
      return change.session === session;
    case 'token':
      return change.token === tokenId;
    case 'everything':
      return true;
  }
}

/** All that the answer depends on. */
function keyOf({ tenant, subject, session, tokenId, loggedInAt }: AccessQuestion): string {
  return JSON.stringify([tenant, subject, session ?? null, tokenId, loggedInAt ?? null]);
}
