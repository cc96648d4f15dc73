/** Tells the directory that a version of a partner's API ends, which tells those who manage integrations of each company. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '@commonhold/platform/log.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { tlsTowards } from '@commonhold/platform/tls/peer.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { Agent, request } from 'undici';
import type { VersionEnd } from './ends.ts';

export interface EndAnnouncer {
  announce(end: VersionEnd): void;
  close(): Promise<void>;
}

const TIMEOUT_MILLISECONDS = 3_000;
const FIRST_PAUSE_MILLISECONDS = 1_000;
const ATTEMPTS = 7;

/** What the directory can't be told within two minutes is told again by the next start. */
export function createEndAnnouncer(identity: ServiceIdentity, directoryUrl: URL, log: Log): EndAnnouncer {
  const dispatcher = new Agent({ connect: tlsTowards(identity, 'directory'), connections: 1 });
  const stopping = new AbortController();
  const { signal } = stopping;
  const underWay = new Set<Promise<void>>();

  const tell = async (tenant: string, { partner, version, sunset }: VersionEnd): Promise<boolean> => {
    try {
      const token = await mintServiceToken(identity, 'directory', { tenant });
      const { statusCode, body } = await request(new URL('/version-ends', directoryUrl), {
        dispatcher,
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ partner, version, ...(sunset === undefined ? {} : { until: sunset }) }),
        signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MILLISECONDS), signal]),
      });
      await body.dump();
      return statusCode === 204;
    } catch {
      return false;
    }
  };

  const repeat = async (tenant: string, end: VersionEnd): Promise<void> => {
    for (let attempt = 0; attempt < ATTEMPTS && !signal.aborted; attempt += 1) {
      if (await tell(tenant, end)) return;
      await wait(FIRST_PAUSE_MILLISECONDS * 2 ** attempt, undefined, { signal, ref: false }).catch(() => undefined);
    }
    if (!signal.aborted) log.warn({ ...end, company: tenant }, 'nobody was told that a version ends');
  };

  return {
    announce: (end) => {
      for (const tenant of end.companies) {
        const told = repeat(tenant, end).finally(() => underWay.delete(told));
        underWay.add(told);
      }
    },
    close: async () => {
      stopping.abort();
      await Promise.all(underWay);
      await dispatcher.close();
    },
  };
}
