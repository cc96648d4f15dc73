/** Where one is logged in, and the end of it. */
import { accountForm, instant } from '../pages/account-page.ts';
import { type Html, html } from '../pages/html.ts';
import type { Endings } from '../sessions/endings.ts';
import type { BrowserSession, LoginSessions } from '../sessions/login-sessions.ts';
import type { AccountSection } from './section.ts';
import type { AccountVisitor } from './visitor.ts';

export interface SessionsSectionOptions {
  readonly sessions: LoginSessions;
  readonly endings: Endings;
  /** What people know a client by. */
  readonly clientName: (clientId: string) => Promise<string>;
}

export function createSessionsSection({ sessions, endings, clientName }: SessionsSectionOptions): AccountSection {
  return {
    async render(visitor) {
      const all = await sessions.of(visitor.subject);
      const entries = await Promise.all(all.map((session) => entry(visitor, session)));
      const hasOthers = all.some(({ browser }) => browser !== visitor.browser);
      return html`<h2>Where you are logged in</h2>
<ul class="entries">${entries}</ul>
${hasOthers ? accountForm(visitor, 'sessions/end-others', html`<button type="submit">End all others</button>`) : undefined}`;
    },

    actions: {
      'sessions/end': {
        done: 'The session has ended.',
        run: async ({ subject }, { browser = '' }) => {
          await endings.endBrowsers(subject, { only: browser });
          return undefined;
        },
      },
      'sessions/end-others': {
        done: 'All other sessions have ended.',
        run: async ({ subject, browser }) => {
          await endings.endBrowsers(subject, { except: browser });
          return undefined;
        },
      },
    },
  };

  async function entry(visitor: AccountVisitor, session: BrowserSession): Promise<Html> {
    const { browser, device, clientIds, startedAt, lastUsedAt } = session;
    const isThisOne = browser === visitor.browser;
    const clients = await Promise.all(clientIds.map(clientName));
    return html`<li>
<p class="entry-title">${device}${isThisOne ? html` <span class="badge">this session</span>` : undefined}</p>
<p>${clients.join(', ')}</p>
<p class="quiet">Logged in ${instant(startedAt)}, last used ${instant(lastUsedAt)}</p>
${accountForm(
  visitor,
  'sessions/end',
  html`<input type="hidden" name="browser" value="${browser}">
<button type="submit" class="quiet">${isThisOne ? 'Log out here' : 'End this session'}</button>`,
)}
</li>`;
  }
}
