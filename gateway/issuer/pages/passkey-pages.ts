/** Pages of the account that are about a passkey. */
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server';
import type { AccountVisitor } from '../account/visitor.ts';
import { MOST_NAME_CHARACTERS } from '../passkeys/stored-passkeys.ts';
import { html } from './html.ts';
import { page } from './layout.ts';
import { PASSKEY_SCRIPTS, passkeyForm } from './passkey-form.ts';

/** Sent with `sendWithScripts`. */
export function newPasskeyPage({ formToken }: AccountVisitor, options: PublicKeyCredentialCreationOptionsJSON): string {
  return page(
    'Add a passkey',
    html`<p>Your browser will ask where to keep it, and for your device's lock.</p>
<noscript><p>A passkey needs scripts, which your browser doesn't run.</p></noscript>
${passkeyForm({
  action: '/account/passkeys/add',
  ceremony: 'create',
  options,
  label: 'Make the passkey',
  content: html`<input type="hidden" name="formToken" value="${formToken}">
<label for="name">What you call it, such as the device that it is on</label>
<input id="name" name="name" type="text" maxlength="${MOST_NAME_CHARACTERS}" value="My passkey" required>`,
})}
<p class="aside"><a href="/account">Back to your account</a></p>`,
    PASSKEY_SCRIPTS,
  );
}

export function refusedPasskeyPage(): string {
  return page(
    "The passkey wasn't added",
    html`<p>What your device sent wasn't accepted. <a href="/account">Go back to your account</a> and try again.</p>`,
  );
}

export function keptPasskeyPage(): string {
  return page(
    "The passkey wasn't removed",
    html`<p>It is the last thing that you can log in with. Add another one first. <a href="/account">Back to your account</a></p>`,
  );
}
