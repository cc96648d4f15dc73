/** The two scripts of the issuer, and the pages that may run them. All other pages run none. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';

export async function serveScripts(app: FastifyInstance): Promise<void> {
  const library = dirname(createRequire(import.meta.url).resolve('@simplewebauthn/browser'));
  const files = {
    '/webauthn.js': join(library, '../dist/bundle/index.umd.min.js'),
    '/passkey.js': new URL('script/passkey.js', import.meta.url),
  };
  for (const [path, file] of Object.entries(files)) {
    const text = await readFile(file, 'utf8');
    app.get(path, (_request, reply) =>
      reply.header('cache-control', 'public, max-age=3600').type('text/javascript; charset=utf-8').send(text),
    );
  }
}

/** Sends a page that asks for a passkey: it may run the issuer's scripts, and none that was written into it. */
export function sendWithScripts(reply: FastifyReply, page: string): FastifyReply {
  const policy = String(reply.getHeader('content-security-policy') ?? '');
  return reply
    .header('content-security-policy', policy.replace(/script-src[^;]*/, "script-src 'self'"))
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(page);
}
