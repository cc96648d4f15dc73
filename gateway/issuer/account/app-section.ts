/** One's own authenticator app and recovery codes: setting them up, and putting others in their place. */
import { FEWEST_CHARACTERS } from '../enrolment/routes.ts';
import type { NewApps } from '../login/new-app.ts';
import { createRecoveryCodes } from '../login/recovery-codes.ts';
import { accountForm } from '../pages/account-page.ts';
import { newAppPage, newCodesPage, noAppPage } from '../pages/app-pages.ts';
import { html } from '../pages/html.ts';
import type { OwnFactors } from '../store/own-factors.ts';
import type { AccountSection } from './section.ts';
import type { AccountVisitor } from './visitor.ts';

export interface AppSectionOptions {
  readonly newApps: NewApps;
  readonly factors: OwnFactors;
}

const WRONG_CODE = "That code isn't right, or the page was open for too long. Scan the new picture and try again.";
const SHORT_PASSWORD = `The password needs at least ${FEWEST_CHARACTERS} characters.`;

export function createAppSection({ newApps, factors }: AppSectionOptions): AccountSection {
  /** A secret is for this browser's account page alone. */
  const placeOf = ({ subject, browser }: AccountVisitor): string => `account:${subject}:${browser}`;

  const show = async (visitor: AccountVisitor, problem?: string): Promise<string> => {
    const { hasPassword } = await factors.of(visitor.subject);
    const app = await newApps.begin(placeOf(visitor), 'Commonhold');
    return newAppPage(visitor, { app, hasPassword, problem, fewestCharacters: FEWEST_CHARACTERS });
  };

  return {
    async render(visitor) {
      const { hasApp } = await factors.of(visitor.subject);
      return html`<h2>Authenticator app</h2>
<p>${hasApp ? 'A code of your app logs you in, after the password.' : 'You have none. A passkey is the better choice.'}</p>
${accountForm(visitor, 'app/new', html`<button type="submit" class="quiet">${hasApp ? 'Set up another one in its place' : 'Set one up'}</button>`)}
${hasApp ? accountForm(visitor, 'app/recovery-codes', html`<button type="submit" class="quiet">New recovery codes</button>`) : undefined}`;
    },

    actions: {
      'app/new': { done: '', needsFreshLogin: true, run: (visitor) => show(visitor) },
      'app/set': {
        done: '',
        needsFreshLogin: true,
        run: async (visitor, { sealed = '', code = '', password = '' }) => {
          const { hasPassword } = await factors.of(visitor.subject);
          if (!hasPassword && (password.length < FEWEST_CHARACTERS || password.length > 1024)) {
            return show(visitor, SHORT_PASSWORD);
          }
          const app = await newApps.confirm(placeOf(visitor), sealed, code);
          if (!app) return show(visitor, WRONG_CODE);
          const codes = createRecoveryCodes();
          await factors.setApp(visitor.subject, app, codes, password);
          return newCodesPage(codes);
        },
      },
      'app/recovery-codes': {
        done: '',
        needsFreshLogin: true,
        run: async ({ subject }) => {
          const codes = createRecoveryCodes();
          return (await factors.setRecoveryCodes(subject, codes)) ? newCodesPage(codes) : noAppPage();
        },
      },
    },
  };
}
