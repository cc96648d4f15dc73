/** The end of a session. */
import type { KoaContextWithOIDC } from 'oidc-provider';
import { html } from './html.ts';
import { page } from './layout.ts';

export function logoutPage(context: KoaContextWithOIDC): void {
  const secret = String(context.oidc.session?.state?.['secret'] ?? '');
  context.type = 'html';
  context.body = page(
    'Log out?',
    html`<p>This ends your session in every Commonhold application in this browser.</p>
<form method="post" action="/session/end/confirm">
<input type="hidden" name="xsrf" value="${secret}">
<button type="submit" name="logout" value="yes" autofocus>Log out</button>
<button type="submit" class="quiet">Stay logged in</button>
</form>`,
  );
}

export function logoutDonePage(context: KoaContextWithOIDC): void {
  context.type = 'html';
  context.body = page('You are logged out', html`<p>You can close this page.</p>`);
}
