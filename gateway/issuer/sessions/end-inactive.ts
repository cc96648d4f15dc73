/**
 * Ends the logins of whoever may not log in any more, as soon as the directory tells that something of theirs has changed.
 *
 * Without that their access tokens and renewals would be refused all the same, each when it comes; but clients that keep
 * sessions of their own wouldn't learn of it, and somebody who is reinstated would find old logins going on.
 *
 * Whenever changes may have been missed (at the start, after the stream was lost, while the directory doesn't say), all who
 * are logged in are looked at once it is live again.
 */
import type { FeedListener } from '@commonhold/platform/access-feed/follow.ts';
import type { IsActive } from '../directory/standing.ts';
import type { Endings } from './endings.ts';
import type { LoginSessions } from './login-sessions.ts';

export interface EndInactiveOptions {
  readonly feed: { follow(listener: FeedListener): void; isLive(): boolean };
  readonly sessions: Pick<LoginSessions, 'holders'>;
  readonly endings: Pick<Endings, 'endBrowsers'>;
  readonly isActive: IsActive;
  readonly onError: (error: unknown) => void;
}

const RETRY_MILLISECONDS = 1_000;

/** Whom to look at; neither: everybody. */
interface Concerned {
  readonly tenant?: string;
  readonly subject?: string;
}

export function endInactive({ feed, sessions, endings, isActive, onError }: EndInactiveOptions): {
  stop(): Promise<void>;
} {
  let hasMissed = true;
  let current = Promise.resolve();

  const look = async (concerned: Concerned): Promise<void> => {
    for (const { tenant, subject } of await sessions.holders(concerned)) {
      if (!(await isActive(tenant, subject))) await endings.endBrowsers(subject);
    }
  };
  /** One after another: a change that concerns many doesn't flood the directory. */
  const lookNext = (concerned: Concerned): Promise<void> => {
    current = current
      .then(() => look(concerned))
      .catch((error) => {
        hasMissed = true;
        onError(error);
      });
    return current;
  };

  feed.follow({
    changed: (tenant, change) => {
      if (change.kind === 'subject') void lookNext({ tenant, subject: change.subject });
      if (change.kind === 'everything') void lookNext({ tenant });
    },
    lost: () => {
      hasMissed = true;
    },
  });
  const retry = setInterval(() => {
    if (!hasMissed || !feed.isLive()) return;
    hasMissed = false;
    void lookNext({});
  }, RETRY_MILLISECONDS).unref();
  return {
    stop: () => {
      clearInterval(retry);
      return current;
    },
  };
}
