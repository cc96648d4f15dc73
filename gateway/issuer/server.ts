/** The issuer's door: security headers, the pages of a login, health, and everything else to oidc-provider. */
import { readFile } from 'node:fs/promises';
import type { Log } from '@commonhold/platform/log.ts';
import helmet from '@fastify/helmet';
import { type FastifyInstance, fastify, type onRequestAsyncHookHandler } from 'fastify';
import type Provider from 'oidc-provider';
import type { IssuerConfiguration } from './configuration.ts';
import type { Authentication } from './login/authentication.ts';
import type { Guesses } from './login/guesses.ts';
import { registerLogin } from './login/routes.ts';
import { redirectOrigins } from './protocol/clients.ts';

export interface ServerOptions {
  readonly configuration: IssuerConfiguration;
  readonly provider: () => Provider;
  readonly authentication: Authentication;
  readonly guesses: Guesses;
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
    trustProxy: configuration.isProduction,
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
  app.get('/health/live', (_request, reply) => reply.send({ status: 'live' }));
  app.get('/health/ready', async (_request, reply) =>
    (await options.isReady()) ? reply.send({ status: 'ready' }) : reply.status(503).send({ status: 'not ready' }),
  );
  registerLogin(app, options);
  await app.register(async (scope) => {
    scope.addHook('onRequest', limitDeviceCodes(options.guesses));
    mountProvider(scope, provider);
  });
  return app;
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
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    reply.hijack();
    void provider().callback()(request.raw, reply.raw);
  });
}

function securityHeaders(configuration: IssuerConfiguration) {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        // No script at all. oidc-provider adds the hash of its one script, which sends a form of hidden fields.
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
