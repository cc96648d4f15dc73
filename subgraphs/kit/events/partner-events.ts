/**
 * All that a subgraph needs to learn of changes at its partner and to tell them to gateways: the partner's webhooks, or
 * questions where it has none, the bus, the dead letters, and `GET /events`.
 *
 * @example
 * const events = await openPartnerEvents({ name: 'communal', contract, schema: changeSchema, askEntity, … });
 * const subgraph = await defineSubgraph({ ...communal(partner), routes: events.serve }, options);
 */
import type { Log } from '@commonhold/platform/log.ts';
import { openReplayMemory } from '@commonhold/platform/replay/replay-memory.ts';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import type { MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import type { Secrets } from '@commonhold/platform/secrets/secrets.ts';
import type { ServerAddress } from '@commonhold/platform/secrets/server-passwords.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import type { ServiceIdentity, ServiceName } from '@commonhold/platform/tls/identity.ts';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Contract } from '../partner/contract.ts';
import { tenantId } from '../tenancy/ids.ts';
import { loadCompanyWebhookKeys } from '../webhooks/company-webhook-key.ts';
import type { DoorPlace } from '../webhooks/configured-door.ts';
import { openWebhookDoor } from '../webhooks/door.ts';
import { receiveWebhook } from '../webhooks/receive.ts';
import { openEventBus } from './bus.ts';
import { keepDeadLetters } from './dead-letters.ts';
import type { AskEntity } from './gaps.ts';
import { createEventMetrics } from './metrics.ts';
import { type AskChanges, startPolling } from './poll.ts';
import { serveEvents } from './serve-events.ts';
import { type ChangeSchema, createTakeIn, understand } from './take-in.ts';

export interface PartnerEventsOptions {
  readonly name: Extract<ServiceName, 'smart-home' | 'communal'>;
  readonly contract: Contract;
  /** Who the subgraph is towards gateways. */
  readonly identity: ServiceIdentity;
  /** For the partner's webhooks. */
  readonly door: DoorPlace;
  readonly masterKey: MasterKey;
  readonly secrets: Secrets;
  readonly dataDirectory: string;
  readonly redis?: ServerAddress | undefined;
  readonly metrics: Registry;
  readonly log: Log;
  readonly schema: ChangeSchema;
  readonly askEntity: AskEntity;
  /** For a contract that says that the partner is asked. */
  readonly askChanges?: AskChanges;
}

export interface PartnerEvents {
  /** Adds `GET /events`. */
  serve(server: FastifyInstance): void;
  /** Of the door for webhooks, where there is one. */
  readonly port: number | undefined;
  stop(): Promise<void>;
}

/** @throws {StartupError} when a company's key is missing or broken, or the door's port can't be had */
export async function openPartnerEvents(options: PartnerEventsOptions): Promise<PartnerEvents> {
  const { name, contract, identity, masterKey, dataDirectory, redis, log, schema } = options;
  const { partner } = contract;
  const metrics = createEventMetrics(options.metrics);
  const bus = await openEventBus({ name, redis, ask: options.askEntity, metrics });
  const replay = await openReplayMemory({ name: `events:${name}`, redisUrl: redis, databaseUrl: undefined });
  const types = contract.events?.types ?? [];
  const deadLetters = keepDeadLetters({
    dataDirectory,
    partner,
    envelope: createEnvelope(masterKey.ring('envelope:dead-letters')),
    log,
    counted: (number) => metrics.deadLetters.set({ partner }, number),
    retry: async (letter) => {
      const understood = understand(types, schema, letter);
      if (understood.kind !== 'change') return false;
      await bus.accept(understood.change);
      return true;
    },
  });
  const takeIn = createTakeIn({ partner, types, schema, bus, deadLetters, log });
  const source = await openSource();

  /** Where the events come from. A partner that has no address here tells nothing. */
  async function openSource(): Promise<{ readonly port?: number; stop(): Promise<void> }> {
    const { events, address } = contract;
    if (!events || address === undefined) return { stop: async () => undefined };
    if (events.delivery === 'polling') {
      if (!options.askChanges) {
        throw new StartupError(`Nobody knows how to ask ${partner} for changes`, 'agree on webhooks in the contract');
      }
      return startPolling({
        companies: Object.keys(contract.companies).map(tenantId),
        everySeconds: events.everySeconds,
        ask: options.askChanges,
        takeIn,
        replay,
        announceGap: bus.announceGap,
        count: (outcome) => metrics.polls.inc({ partner, outcome }),
      });
    }
    const { signature: scheme, toleranceSeconds, requestsPerSecond, requestsPerSecondAndCompany } = events;
    const envelope = createEnvelope(masterKey.ring('envelope:partners'));
    const parts = { secrets: options.secrets, envelope, dataDirectory };
    const companies = await loadCompanyWebhookKeys(parts, partner, Object.keys(contract.companies).map(tenantId));
    const rate = new RateLimiterMemory({ points: requestsPerSecondAndCompany, duration: 1 });
    return openWebhookDoor({
      partner,
      place: options.door,
      requestsPerSecond,
      receive: (webhook) => receiveWebhook({ scheme, companies, toleranceSeconds, rate, replay, takeIn }, webhook),
      count: (outcome) => metrics.webhooks.inc({ partner, outcome }),
      log,
    });
  }

  return {
    serve: (server) => serveEvents(server, identity, bus.publisher),
    port: source.port,
    stop: async () => {
      await source.stop();
      await deadLetters.close();
      await bus.close();
      await replay.close();
    },
  };
}
