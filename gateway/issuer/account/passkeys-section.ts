/** One's own passkeys: making another one, giving them names, removing those of devices that are gone. */
import { accountForm, instant } from '../pages/account-page.ts';
import { type Html, html } from '../pages/html.ts';
import { keptPasskeyPage, newPasskeyPage, refusedPasskeyPage } from '../pages/passkey-pages.ts';
import type { Ceremonies } from '../passkeys/ceremonies.ts';
import { MOST_NAME_CHARACTERS, type Passkey, type StoredPasskeys } from '../passkeys/stored-passkeys.ts';
import type { AccountSection } from './section.ts';
import type { AccountVisitor } from './visitor.ts';

export interface PasskeysSectionOptions {
  readonly ceremonies: Ceremonies;
  readonly passkeys: StoredPasskeys;
}

export function createPasskeysSection({ ceremonies, passkeys }: PasskeysSectionOptions): AccountSection {
  /** A challenge is for this browser's account page alone. */
  const placeOf = ({ subject, browser }: AccountVisitor): string => `account:${subject}:${browser}`;

  return {
    async render(visitor) {
      const all = await passkeys.of(visitor.subject);
      return html`<h2>Passkeys</h2>
<p>A passkey logs you in by your device's lock. It works on this site alone, so that no other site can take it from you.</p>
<ul class="entries">${all.map((passkey) => entry(visitor, passkey))}</ul>
${accountForm(visitor, 'passkeys/new', html`<button type="submit">Add a passkey</button>`)}`;
    },

    actions: {
      'passkeys/new': {
        done: '',
        needsFreshLogin: true,
        usesScripts: true,
        run: async (visitor) => {
          const { subject, tenant } = visitor;
          // The issuer doesn't know what the person is called, and the device shows only which account it is.
          const owner = { subject, loginName: `Commonhold (${tenant})`, name: `Commonhold (${tenant})` };
          return newPasskeyPage(visitor, await ceremonies.askForNewPasskey(placeOf(visitor), owner));
        },
      },
      'passkeys/add': {
        done: 'The passkey was added.',
        needsFreshLogin: true,
        run: async (visitor, { answer = '', name = '' }) => {
          const passkey = await ceremonies.verifyNewPasskey(placeOf(visitor), answer);
          const isAdded = passkey && (await passkeys.add(visitor.subject, passkey, nameOf(name)));
          return isAdded ? undefined : refusedPasskeyPage();
        },
      },
      'passkeys/rename': {
        done: 'The passkey has a new name.',
        needsFreshLogin: true,
        run: async ({ subject }, { passkey = '', name = '' }) => {
          await passkeys.rename(subject, passkey, nameOf(name));
          return undefined;
        },
      },
      'passkeys/remove': {
        done: 'The passkey was removed.',
        needsFreshLogin: true,
        run: async ({ subject }, { passkey = '' }) =>
          (await passkeys.remove(subject, passkey)) ? undefined : keptPasskeyPage(),
      },
    },
  };

  function entry(visitor: AccountVisitor, { key, name, createdAt, lastUsedAt }: Passkey): Html {
    const named = html`<input type="hidden" name="passkey" value="${key}">`;
    return html`<li>
<p class="entry-title">${name}</p>
<p class="quiet">Added ${instant(createdAt)}${lastUsedAt ? html`, last used ${instant(lastUsedAt)}` : undefined}</p>
<details><summary>Rename or remove</summary>
${accountForm(
  visitor,
  'passkeys/rename',
  html`${named}<label for="name-${key}">Name</label>
<input id="name-${key}" name="name" type="text" value="${name}" maxlength="${MOST_NAME_CHARACTERS}" required>
<button type="submit">Rename</button>`,
)}
${accountForm(visitor, 'passkeys/remove', html`${named}<button type="submit" class="quiet">Remove it</button>`)}
</details>
</li>`;
  }
}

function nameOf(typed: string): string {
  return typed.trim().slice(0, MOST_NAME_CHARACTERS) || 'Passkey';
}
