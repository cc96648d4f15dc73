/** What one directory changes, every gateway goes by: at several replicas of both. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { letIn, until } from './let-in.ts';
import { openRemovals, REMOVAL_KINDS, type Removals } from './removals.ts';
import { type Replica, type Replicas, type Sharing, startReplicas } from './replicas.ts';

const PROMISED_MILLISECONDS = 1_000;
/** The bound of 5 seconds, and what a heartbeat, an answer that doesn't come and a busy machine add. */
const BOUND_MILLISECONDS = 5_000;
const SLACK_MILLISECONDS = 4_000;
const PATIENCE_MILLISECONDS = 20_000;

describe.each(['Redis', 'PostgreSQL'] satisfies readonly Sharing[])(
  'two gateways and directories with %s',
  (sharing) => {
    let replicas: Replicas;
    let removals: Removals;
    let both: readonly Replica[];

    beforeAll(async () => {
      replicas = await startReplicas(sharing);
      removals = await openRemovals(replicas);
      both = [replicas.first, replicas.second];
    }, 120_000);
    afterAll(async () => {
      await removals?.close();
      await replicas?.stop();
    }, 60_000);

    const isLetIn = async (token: string): Promise<void> => {
      const milliseconds = PATIENCE_MILLISECONDS;
      for (const { gatewayUrl } of both) {
        expect(await until('let in', { gatewayUrl, token, milliseconds })).toBeDefined();
      }
    };

    const isRefusedInTime = async (token: string, milliseconds = PROMISED_MILLISECONDS): Promise<void> => {
      const taken = await Promise.all(
        both.map(({ gatewayUrl }) => until('refused', { gatewayUrl, token, milliseconds })),
      );
      expect(taken).toEqual([expect.any(Number), expect.any(Number)]);
    };

    describe('THREATS 15: what was taken away stops at both within a second', () => {
      it.each(REMOVAL_KINDS)('%s', async (kind) => {
        const { token, take, restore } = await removals.kinds[kind]();
        await isLetIn(token);
        await take();
        await isRefusedInTime(token);
        await wait(200);
        for (const { gatewayUrl } of both) expect(await letIn(gatewayUrl, token)).toBe('refused');
        await restore?.();
      });
    });

    const isReady = async ({ gatewayUrl }: Replica): Promise<unknown> => {
      const response = await fetch(new URL('/health/ready', gatewayUrl));
      return { ...((await response.json()) as object), status: response.status };
    };

    describe('THREATS 15: a gateway that is cut off', () => {
      it('lets nobody in after the bound, says so, and knows what was taken meanwhile when it is back', async () => {
        const { token, take, restore } = await removals.kinds.suspendPerson();
        const goesOn = await removals.kinds.revokeGrant();
        await isLetIn(token);
        await isLetIn(goesOn.token);

        replicas.second.way.cut();
        const cutAt = performance.now();
        await take();
        const { gatewayUrl } = replicas.second;
        const asked = { gatewayUrl, token, milliseconds: BOUND_MILLISECONDS + SLACK_MILLISECONDS };
        expect(await until('unknown', asked)).toBeDefined();
        await wait(Math.max(0, cutAt + BOUND_MILLISECONDS + 500 - performance.now()));
        for (let times = 0; times < 10; times += 1) {
          expect(await letIn(gatewayUrl, token)).toBe('unknown');
          expect(await letIn(gatewayUrl, goesOn.token)).toBe('unknown');
        }
        expect(await isReady(replicas.second)).toMatchObject({ status: 503, checks: { access: 'not ready' } });
        expect(await letIn(replicas.first.gatewayUrl, token)).toBe('refused');
        expect(await letIn(replicas.first.gatewayUrl, goesOn.token)).toBe('let in');

        replicas.second.way.mend();
        expect(await until('refused', { gatewayUrl, token, milliseconds: PATIENCE_MILLISECONDS })).toBeDefined();
        await isLetIn(goesOn.token);
        await goesOn.take();
        await restore?.();
      });

      it('lets nobody in after the bound when its directory stands still, and goes on when it goes on', async () => {
        const { token, take, restore } = await removals.kinds.suspendPerson();
        await isLetIn(token);

        const { gatewayUrl, directory } = replicas.second;
        directory.child.kill('SIGSTOP');
        try {
          await take();
          // So long that the gateway has begun to follow anew, and hears of it late.
          await wait(BOUND_MILLISECONDS + 3_000);
          for (let times = 0; times < 5; times += 1) expect(await letIn(gatewayUrl, token)).toBe('unknown');
        } finally {
          directory.child.kill('SIGCONT');
        }
        expect(await until('refused', { gatewayUrl, token, milliseconds: PATIENCE_MILLISECONDS })).toBeDefined();
        await restore?.();
        await isLetIn(token);
        // What it knows is fresh, and not as old as the wait for the directory was.
        expect(await ageOfAccess(gatewayUrl)).toBeLessThan(2);
      });
    });

    if (sharing === 'Redis') {
      it('THREATS 15: what was taken away stops at both within a second also when Redis has gone', async () => {
        await replicas.redis?.stop();
        const { token, take } = await removals.kinds.logout();
        await isLetIn(token);
        await take();
        await isRefusedInTime(token);
      });
    }
  },
);

/** How old what a gateway knows of changes of access is, in seconds. */
async function ageOfAccess(gatewayUrl: string): Promise<number> {
  const metrics = await (await fetch(new URL('/metrics', gatewayUrl))).text();
  return Number(/^gateway_access_age_seconds (\S+)$/m.exec(metrics)?.[1]);
}
