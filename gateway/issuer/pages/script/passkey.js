/** Asks the browser for a passkey, and sends what it answers with the form that the question stands in. */
const { browserSupportsWebAuthn, startAuthentication, startRegistration, WebAuthnError } = SimpleWebAuthnBrowser;

for (const form of document.querySelectorAll('form[data-ceremony]')) {
  if (!(form instanceof HTMLFormElement) || !browserSupportsWebAuthn()) continue;
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send(form);
  });
}

/** @param {HTMLFormElement} form */
async function send(form) {
  const button = form.querySelector('button');
  const answer = form.querySelector('input[name=answer]');
  if (!button || !(answer instanceof HTMLInputElement)) return;
  button.disabled = true;
  try {
    answer.value = JSON.stringify(await ask(form.dataset['ceremony'], JSON.parse(form.dataset['options'] ?? '')));
    form.submit();
  } catch (error) {
    button.disabled = false;
    complain(form, error);
  }
}

/**
 * @param {string | undefined} ceremony
 * @param {any} optionsJSON as the issuer wrote it
 */
function ask(ceremony, optionsJSON) {
  return ceremony === 'create' ? startRegistration({ optionsJSON }) : startAuthentication({ optionsJSON });
}

/**
 * @param {HTMLFormElement} form
 * @param {unknown} error
 */
function complain(form, error) {
  const problem = form.querySelector('.problem');
  if (!(problem instanceof HTMLElement)) return;
  const isThere = error instanceof WebAuthnError && error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED';
  problem.textContent = isThere
    ? 'This device has a passkey of your account already.'
    : 'No passkey was used. Try again, or go on another way.';
  problem.hidden = false;
}
