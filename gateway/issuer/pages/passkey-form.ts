/**
 * A form that asks for a passkey: what the browser is asked stands in it, the issuer's script does the asking and sends
 * the answer. Without the script it stays hidden.
 */
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { type Html, html } from './html.ts';

export interface PasskeyForm {
  readonly action: string;
  readonly label: string;
  /** Further fields. */
  readonly content?: Html;
}

export type PasskeyQuestion =
  | { readonly ceremony: 'get'; readonly options: PublicKeyCredentialRequestOptionsJSON }
  | { readonly ceremony: 'create'; readonly options: PublicKeyCredentialCreationOptionsJSON };

/** Both are the issuer's own; the first defines what the second uses. */
export const PASSKEY_SCRIPTS = html`<script src="/webauthn.js" defer></script>
<script src="/passkey.js" defer></script>`;

export function passkeyForm({ action, label, content, ceremony, options }: PasskeyForm & PasskeyQuestion): Html {
  return html`<form method="post" action="${action}" class="passkey" data-ceremony="${ceremony}" data-options="${JSON.stringify(options)}" hidden>
${content}
<input type="hidden" name="answer" value="">
<button type="submit">${label}</button>
<p class="problem" role="alert" hidden></p>
</form>`;
}
