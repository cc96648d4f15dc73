/** The pages of a login at a company's own provider. */
import { html } from './html.ts';
import { describedByProblem, page, problem } from './layout.ts';
import { abortForm, type StepPage } from './login-pages.ts';

export function companyPage({ path, problem: text }: StepPage): string {
  return page(
    "Your company's own login",
    html`<p>Some companies log their people in themselves. Name yours as its addresses here do, such as <code>northgate</code>.</p>
${problem(text)}
<form method="post" action="${path}/company">
<label for="company">Company</label>
<input id="company" name="company" type="text" autocomplete="organization" autocapitalize="none" spellcheck="false" maxlength="63" required autofocus${describedByProblem(text)}>
<button type="submit">Continue</button>
</form>
<form method="post" action="${path}/here" class="aside"><button type="submit" class="quiet">Log in here instead</button></form>
${abortForm(path)}`,
  );
}

/** Says where one is sent to before one is: a password is typed there. */
export function elsewherePage({ path }: StepPage, address: string): string {
  return page(
    "Go on at your company's login",
    html`<p>You log in at <strong>${new URL(address).host}</strong> and come back here.</p>
<p><a class="button" href="${address}" rel="noreferrer">Continue</a></p>
<form method="post" action="${path}/here" class="aside"><button type="submit" class="quiet">Log in here instead</button></form>
${abortForm(path)}`,
  );
}
