/** The issuer's door: security headers, the pages of a login, health, and everything else to oidc-provider. */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Log } from '@commonhold/platform/log.ts';
import helmet from '@fastify/helmet';
import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  type onRequestAsyncHookHandler,
} from 'fastify';
import type Provider from 'oidc-provider';
import { type AccountOptions, registerAccount } from './account/routes.ts';
import type { IssuerConfiguration } from './configuration.ts';
import { type EnrolmentOptions, registerEnrolment } from './enrolment/routes.ts';
import { type FederationOptions, registerFederation } from './federation/routes.ts';
import type { Authentication } from './login/authentication.ts';
import type { Guesses } from './login/guesses.ts';
import { type LostOptions, registerLost } from './login/lost.ts';
import { registerLogin } from './login/routes.ts';
import { serveScripts } from './pages/scripts.ts';
import type { Ceremonies } from './passkeys/ceremonies.ts';
import type { StoredPasskeys } from './passkeys/stored-passkeys.ts';
import { redirectOrigins } from './protocol/clients.ts';
import { registerTokenEndpoints, type TokenEndpointOptions } from './protocol/token-endpoints.ts';
import type { Devices } from './sessions/devices.ts';

export interface ServerOptions {
  readonly configuration: IssuerConfiguration;
  readonly provider: () => Provider;
  readonly authentication: Authentication;
  readonly ceremonies: Ceremonies;
  readonly passkeys: StoredPasskeys;
  /** Whether an account may log in at this instant. */
  readonly mayLogIn: (subject: string) => Promise<boolean>;
  readonly guesses: Guesses;
  readonly devices: Devices;
  readonly account: AccountOptions;
  readonly lost: Pick<LostOptions, 'accounts' | 'askForRecovery'>;
  /** By which links people set up what they log in with. */
  readonly enrolments: readonly Omit<EnrolmentOptions, 'ceremonies' | 'guesses' | 'devices' | 'log'>[];
  readonly federation: Omit<FederationOptions, 'provider' | 'guesses' | 'mayLogIn' | 'devices' | 'log'>;
  readonly tokens: Omit<TokenEndpointOptions, 'provider' | 'answerByProvider'>;
  /** Whether the store answers. */
  readonly isReady: () => Promise<boolean>;
  readonly log: Log;
}

const FORM_BYTES = 8 * 1024;

export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { configuration, provider, log } = options;
  const app = fastify({
    logger: false,
    bodyLimit: FORM_BYTES,
    requestTimeout: 10_000,
    // Links that were mailed hold a company's name and a secret.
    routerOptions: { maxParamLength: 300 },
    // Of the addresses that were forwarded, the one that the proxy has seen: whatever is before it, the client may have written.
    trustProxy: configuration.isProduction && ((_address: string, hop: number) => hop === 0),
    forceCloseConnections: true,
  });
  await app.register(helmet, securityHeaders(configuration));
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  app.setErrorHandler((error, _request, reply) => {
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    if (status >= 500) log.error({ err: error, event: 'request failed' });
    return reply
      .status(status)
      .type('text/plain')
      .send(status >= 500 ? 'Something went wrong.' : 'Bad request.');
  });

  const styleSheet = await readFile(new URL('pages/style.css', import.meta.url), 'utf8');
  app.get('/style.css', (_request, reply) =>
    reply.header('cache-control', 'public, max-age=3600').type('text/css; charset=utf-8').send(styleSheet),
  );
  await serveScripts(app);
  app.get('/health/live', (_request, reply) => reply.send({ status: 'live' }));
  app.get('/health/ready', async (_request, reply) =>
    (await options.isReady()) ? reply.send({ status: 'ready' }) : reply.status(503).send({ status: 'not ready' }),
  );
  registerLogin(app, options);
  registerFederation(app, {
    ...options.federation,
    provider,
    guesses: options.guesses,
    mayLogIn: options.mayLogIn,
    devices: options.devices,
    log,
  });
  registerLost(app, { ...options, ...options.lost });
  for (const enrolment of options.enrolments) {
    registerEnrolment(app, { ...enrolment, ...options });
  }
  registerAccount(app, options.account);
  await app.register(async (scope) =>
    registerTokenEndpoints(scope, {
      ...options.tokens,
      provider,
      answerByProvider: (request, reply) => answerBy(provider(), request, reply),
    }),
  );
  await app.register(async (scope) => {
    scope.addHook('onRequest', refuseOtherSpellings);
    scope.addHook('onRequest', limitDeviceCodes(options.guesses));
    mountProvider(scope, provider);
  });
  return app;
}

/** Routes that oidc-provider has, too, and that are looked after here before it is asked. */
const GUARDED: ReadonlySet<string> = new Set(['/device', '/token/revocation', '/token/introspection']);

/** oidc-provider takes a path in any case, and with a slash at its end: by that nobody goes around what looks after it here. */
async function refuseOtherSpellings(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { pathname } = new URL(request.url, 'http://issuer');
  const canonical = pathname.toLowerCase().replace(/\/+$/, '');
  if (canonical !== pathname && GUARDED.has(canonical)) await reply.status(404).type('text/plain').send('Not found.');
}

/** The code of a device is short: who tries many from one address is stopped. */
function limitDeviceCodes(guesses: Guesses): onRequestAsyncHookHandler {
  return async (request, reply) => {
    if (request.method !== 'POST' || new URL(request.url, 'http://issuer').pathname !== '/device') return;
    const seconds = await guesses.countAddress(request.ip);
    if (seconds !== undefined) {
      await reply
        .status(429)
        .header('retry-after', seconds)
        .type('text/plain')
        .send('Too many tries. Try again later.');
    }
  };
}

/** oidc-provider reads the request's body itself, and answers on Node's own response. */
function mountProvider(scope: FastifyInstance, provider: () => Provider): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
  scope.all('/*', (request, reply) => {
    void answerBy(provider(), request.raw, reply);
  });
}

async function answerBy(provider: Provider, request: IncomingMessage, reply: FastifyReply): Promise<void> {
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.hijack();
  await provider.callback()(request, reply.raw);
}

function securityHeaders(configuration: IssuerConfiguration) {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        // No script at all, but for pages that ask for a passkey (`pages/scripts.ts`). oidc-provider adds the hash of its one script, which sends a form of hidden fields.
        scriptSrc: [],
        styleSrc: ["'self'"],
        imgSrc: ['data:'],
        formAction: ["'self'", ...redirectOrigins(configuration)],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: configuration.isProduction,
    xFrameOptions: { action: 'deny' },
  } as const;
}
