/** The account page: a person's own sessions and factors. */
import type { AccountVisitor } from '../account/visitor.ts';
import { type Html, html } from './html.ts';
import { page } from './layout.ts';

/** @param done what was changed just now */
export function accountPage(sections: readonly Html[], done: string | undefined): string {
  return page(
    'Your account',
    html`${done === undefined ? undefined : html`<p class="done" role="status">${done}</p>`}
${sections.map((section) => html`<section>${section}</section>`)}`,
  );
}

export function notLoggedInPage(): string {
  return page('You are not logged in', html`<p><a href="/account">Log in to your account</a></p>`);
}

/** A form of the account page, which no other site can send. @param action the path below `/account/` */
export function accountForm({ formToken }: AccountVisitor, action: string, content: Html): Html {
  return html`<form method="post" action="/account/${action}">
<input type="hidden" name="formToken" value="${formToken}">
${content}
</form>`;
}

const FORMAT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });

/** Without a script the page can't know the reader's time zone. */
export function instant(date: Date): Html {
  return html`<time datetime="${date.toISOString()}">${FORMAT.format(date)} UTC</time>`;
}
