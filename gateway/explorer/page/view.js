/** What the page shows. Texts go in as text, never as HTML. */

/** @typedef {import('./viewer.js').Sight} Sight */
/** @typedef {import('./viewer.js').RootField} RootField */
/** @typedef {import('../page-settings.ts').Example} Example */

/** @param {string} id @returns {HTMLElement} */
export function part(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/** Shows `text`, or hides the element when there is none. @param {string} id @param {string} [text] */
export function setText(id, text) {
  const element = part(id);
  element.textContent = text ?? '';
  element.hidden = !text;
}

/**
 * The page before a login.
 *
 * @param {{ readonly mayLogIn?: boolean, readonly notice?: string, readonly problem?: string, readonly isBusy?: boolean }} state
 */
export function showWelcome({ mayLogIn = true, notice, problem, isBusy = false }) {
  part('explorer').hidden = true;
  part('account').hidden = true;
  part('header-login').hidden = true;
  part('welcome').hidden = false;
  setText('welcome-notice', notice);
  setText('welcome-problem', problem);
  part('login').hidden = isBusy || !mayLogIn;
  part('welcome-aside').hidden = isBusy || !mayLogIn;
  if (notice || problem) part('welcome-title').focus();
}

/**
 * The page with the editor.
 *
 * @param {Sight} sight
 * @param {readonly Example[]} examples
 * @param {{ readonly isLoggedIn: boolean, readonly mayLogIn: boolean, readonly accountAddress: string | undefined, onExample(example: Example): void }} options
 */
export function showExplorer(sight, examples, { isLoggedIn, mayLogIn, accountAddress, onExample }) {
  part('welcome').hidden = true;
  part('explorer').hidden = false;
  part('account').hidden = !isLoggedIn;
  part('account-link').hidden = !accountAddress;
  part('account-link').setAttribute('href', accountAddress ?? '');
  part('header-login').hidden = isLoggedIn || !mayLogIn;
  showIdentity(sight);
  part('examples').hidden = examples.length === 0;
  part('example-list').replaceChildren(...examples.map((example) => exampleItem(example, onExample)));
  part('rights').hidden = sight.queries.length === 0;
  part('query-list').replaceChildren(...sight.queries.flatMap(rootField));
  part('mutations-title').hidden = sight.mutations.length === 0;
  part('mutation-list').replaceChildren(...sight.mutations.flatMap(rootField));
}

/** Takes everything personal out of the page. */
export function clearExplorer() {
  for (const id of ['identity-name', 'identity-mail', 'identity-company', 'account-name']) setText(id);
  for (const id of ['identity-roles', 'example-list', 'query-list', 'mutation-list']) part(id).replaceChildren();
}

/** @param {Sight} sight */
function showIdentity({ viewer }) {
  part('identity').hidden = !viewer;
  if (!viewer) return;
  const name = viewer.person?.name ?? viewer.subject;
  setText('identity-name', name);
  setText('identity-mail', viewer.person?.email ?? undefined);
  setText('identity-company', viewer.company);
  setText('account-name', name);
  const roles = viewer.roles.length > 0 ? viewer.roles.map(roleName) : ['No role yet'];
  part('identity-roles').replaceChildren(...roles.map((role) => element('li', 'badge', role)));
}

/** @param {Example} example @param {(example: Example) => void} onExample */
function exampleItem(example, onExample) {
  const item = document.createElement('li');
  const button = element('button', 'plain example', example.title);
  button.setAttribute('type', 'button');
  button.addEventListener('click', () => onExample(example));
  item.append(button);
  return item;
}

/** @param {RootField} field */
function rootField({ name, description }) {
  return [element('dt', 'field-name', name), element('dd', 'field-description', description ?? '')];
}

/** `SECURITY_OFFICER` → `Security officer`. @param {string} role */
function roleName(role) {
  const words = role.replaceAll('_', ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** @param {string} tag @param {string} className @param {string} text */
function element(tag, className, text) {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}
