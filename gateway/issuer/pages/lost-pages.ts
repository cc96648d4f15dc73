/** What people see who lost what they log in with. */
import { html } from './html.ts';
import { describedByProblem, page, problem } from './layout.ts';
import { abortForm, type StepPage } from './login-pages.ts';

/** @param isKnown whether the password told who asks */
export function lostPage({ path, problem: text }: StepPage, isKnown: boolean): string {
  return page(
    'Lost what you log in with?',
    html`<p>Somebody else in your company has to make sure that it is you: your administrator or a security officer. They are told that you ask.</p>
${problem(text)}
<form method="post" action="${path}/lost">
${
  isKnown
    ? undefined
    : html`<label for="login-name">Login name</label>
<input id="login-name" name="loginName" type="text" inputmode="email" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="320" required autofocus${describedByProblem(text)}>`
}
<button type="submit">Ask for a new login</button>
</form>
<p class="aside"><a href="${path}">Log in after all</a></p>
${abortForm(path)}`,
  );
}

export function askedForRecoveryPage(code: string): string {
  return page(
    'Now call your administrator',
    html`<p>Call your company's administrator or security officer, or go and see them, and read this code to them. It isn't shown again, and is good for a day:</p>
<p class="code"><code>${code}</code></p>
<p>When they have approved, a link to set up a new login is mailed to you. Whoever calls you and asks for this code is none of them.</p>`,
  );
}
