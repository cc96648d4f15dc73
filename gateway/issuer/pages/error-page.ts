/** What a person sees when a request can't go on. It names the protocol's error, and nothing of the inside. */
import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider';
import { html } from './html.ts';
import { page } from './layout.ts';

export function errorPage(context: KoaContextWithOIDC, out: ErrorOut): void {
  context.type = 'html';
  context.body = problemPage(out.error, out.error_description);
}

export function expiredPage(): string {
  return page(
    'This login has expired',
    html`<p>It was open for too long, or was finished in another tab. Go back to the application and log in again.</p>`,
  );
}

function problemPage(error: string, description: string | undefined): string {
  return page(
    "This request can't be answered",
    html`<p>Go back to the application and try again. If it happens again, tell its operator:</p>
<p><code>${error}</code>${description ? html` <span>${description}</span>` : undefined}</p>`,
  );
}
