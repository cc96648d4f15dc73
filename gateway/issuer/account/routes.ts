/**
 * The account page, for people who have logged in at the issuer: `/account` shows all sections, and each form posts below
 * it. It is sent again by a redirect after each change, so that a reload repeats nothing.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { accountPage, notLoggedInPage } from '../pages/account-page.ts';
import { sendWithScripts } from '../pages/scripts.ts';
import type { AccountSection } from './section.ts';
import { type AccountVisitor, type FindVisitor, isOwnForm, loginAddress } from './visitor.ts';

export interface AccountOptions {
  /** The issuer's address. */
  readonly issuer: string;
  /** How old a login may be that changes what one logs in with. */
  readonly freshSeconds: number;
  readonly findVisitor: FindVisitor;
  /** In the order in which they are shown. */
  readonly sections: readonly AccountSection[];
}

const query = z.object({
  done: z.string().optional(),
  /** A login came back with a code, or with an error. */
  code: z.string().optional(),
  error: z.string().optional(),
});
const form = z.record(z.string(), z.string());

export function registerAccount(
  app: FastifyInstance,
  { issuer, freshSeconds, findVisitor, sections }: AccountOptions,
): void {
  const actions = new Map(sections.flatMap((section) => Object.entries(section.actions)));

  app.get('/account', async (request, reply) => {
    const { done, code, error } = query.catch({}).parse(request.query);
    const visitor = await findVisitor(request, reply);
    if (!visitor && (code ?? error) === undefined) return reply.redirect(loginAddress(issuer), 303);
    if (!visitor) return send(reply.status(403), notLoggedInPage());
    if (code !== undefined) return reply.redirect('/account', 303);
    const parts = await Promise.all(sections.map((section) => section.render(visitor)));
    return send(reply, accountPage(parts, actions.get(done ?? '')?.done));
  });

  for (const [path, { run, needsFreshLogin, usesScripts }] of actions) {
    app.post(`/account/${path}`, async (request, reply) => {
      const fields = form.catch({}).parse(request.body);
      const visitor = await sender(request, reply, fields);
      if (!visitor) return reply.redirect('/account', 303);
      const age = Date.now() - visitor.loggedInAt.getTime();
      if (needsFreshLogin && age > freshSeconds * 1000) return reply.redirect(loginAddress(issuer, freshSeconds), 303);
      const page = await run(visitor, fields);
      if (page === undefined) return reply.redirect(`/account?done=${encodeURIComponent(path)}`, 303);
      return usesScripts ? sendWithScripts(reply, page) : send(reply, page);
    });
  }

  /** undefined: not logged in any more, or another site sent it. */
  async function sender(
    request: FastifyRequest,
    reply: FastifyReply,
    fields: Readonly<Record<string, string>>,
  ): Promise<AccountVisitor | undefined> {
    const visitor = await findVisitor(request, reply);
    return visitor && isOwnForm(visitor, fields['formToken'] ?? '') ? visitor : undefined;
  }
}

function send(reply: FastifyReply, page: string): FastifyReply {
  return reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(page);
}
