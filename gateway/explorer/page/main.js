/**
 * The way through the page: log in (or come back from it) → see who one is → explore → log out.
 */
import { handOver, isBackFromBetterLogin } from './better-login.js';
import { offerBriefing } from './briefing.js';
import { createExchange } from './gateway.js';
import { openEditor } from './graphiql-editor.js';
import { finishLogin, LoginProblem, startLogin } from './login.js';
import { offerReviews } from './reviews.js';
import { offerSandbox } from './sandbox-tab.js';
import { isBackFromLogout, openSession, SessionEnded } from './session.js';
import { createStepUp } from './step-up.js';
import { enableTabs, selectTab } from './tabs.js';
import { clearExplorer, part, showExplorer, showWelcome } from './view.js';
import { readSight } from './viewer.js';

/** @typedef {import('../page-settings.ts').LoginSettings} LoginSettings */

/** @type {import('../page-settings.ts').PageSettings} */
const settings = JSON.parse(document.querySelector('meta[name=explorer-settings]')?.getAttribute('content') ?? '{}');
/** @type {import('./session.js').Session | undefined} */
let session;
/** Takes away what is open. */
let close = () => {};

enableTabs();
for (const id of ['login', 'header-login']) part(id).addEventListener('click', () => attempt(logIn));
part('logout').addEventListener('click', () => attempt(logOut));
if (isNarrow()) part('guide').removeAttribute('open');
await attempt(() => begin(takeAddress()));

/** The address that the page was opened with. What the issuer wrote into it doesn't stay, not in the history either. */
function takeAddress() {
  const address = new URL(location.href);
  if (address.pathname !== settings.endpoint || address.searchParams.has('state')) {
    history.replaceState(null, '', settings.endpoint);
  }
  return address;
}

/** @param {URL} address */
async function begin(address) {
  const { login, isLoginRequired } = settings;
  const isCallback = address.pathname !== settings.endpoint && address.search !== '';
  if (isCallback && isBackFromBetterLogin(address)) return showEndOfBetterLogin(await handOver(address));
  if (login && isCallback) return completeLogin(login, address);
  if (isBackFromLogout(address)) return welcome({ notice: 'You are logged out.' });
  return isLoginRequired ? welcome() : explore();
}

async function logIn() {
  if (settings.login) await startLogin(settings.login);
}

/** @param {LoginSettings} login @param {URL} address */
async function completeLogin(login, address) {
  welcome({ notice: 'Logging in…', isBusy: true });
  const finished = await finishLogin(login, address);
  forgetOtherPeople(finished.subject);
  session = openSession(login, finished, leave);
  await explore();
}

/** @param {boolean} isTaken by the page that asked for the login */
function showEndOfBetterLogin(isTaken) {
  const gone = 'Nothing waits for this login any more. You can close this window.';
  showWelcome(
    isTaken
      ? { notice: 'Go on in the other window. You can close this one.', isBusy: true }
      : { problem: gone, isBusy: true },
  );
}

async function logOut() {
  const isLeaving = await session?.logout();
  if (!isLeaving) welcome({ notice: 'You are logged out.' });
}

/** The session is over: for this reason, or because its owner wants it so. @param {string} [reason] */
function leave(reason) {
  session = undefined;
  close();
  welcome(reason ? { problem: reason } : { notice: 'Logging out…', isBusy: true });
}

async function explore() {
  const explorer = session;
  const exchange = createExchange(settings.endpoint, explorer);
  const stepUp = createStepUp(settings.login, exchange, explorer);
  const askPlainly = async (/** @type {import('./gateway.js').Operation} */ operation) =>
    (await exchange(operation)).answer;
  const sight = await readSight(askPlainly);
  if (session !== explorer) return;
  const roles = sight.viewer?.roles ?? [];
  const examples = settings.examples.filter((example) => example.roles.some((role) => roles.includes(role)));
  // An editor can't begin with variables.
  const firstQuery = examples.find(({ variables }) => !variables)?.query ?? '{ __typename }';
  showExplorer(sight, examples, {
    isLoggedIn: explorer !== undefined,
    mayLogIn: settings.login !== undefined,
    accountAddress: explorer?.accountAddress,
    onExample: async (example) => {
      if (isNarrow()) part('guide').removeAttribute('open');
      stepUp.withdraw();
      selectTab('graphiql');
      await (await opening).open(example);
    },
  });
  const opening = openEditor(part('panel-graphiql'), stepUp, firstQuery);
  const ask = async (/** @type {import('./gateway.js').Operation} */ operation) => {
    const { answer, better } = await stepUp.run(operation);
    return (await better) ?? answer;
  };
  const closeSandbox = offerSandbox({ ask, endpoint: settings.endpoint, document: firstQuery });
  let closeBriefing = () => {};
  const closeReviews = offerReviews(sight, ask);
  close = () => {
    stepUp.withdraw();
    closeBriefing();
    opening.then((editor) => editor.close());
    closeSandbox();
    closeReviews();
    selectTab('graphiql');
    clearExplorer();
    close = () => {};
  };
  const offered = await offerBriefing(askPlainly, sight);
  if (session !== explorer) return offered();
  closeBriefing = offered;
  await opening;
}

/** Whatever goes wrong on the way is told on the page. @param {() => Promise<void> | void} step */
async function attempt(step) {
  try {
    await step();
  } catch (error) {
    // Why has been told already.
    if (error instanceof SessionEnded) return;
    close();
    session = undefined;
    welcome({ problem: error instanceof LoginProblem ? error.message : "That didn't work. Try again in a moment." });
  }
}

/** Whether the guide stands above the editor, not beside it. */
function isNarrow() {
  return matchMedia('(max-width: 60rem)').matches;
}

/** @param {Parameters<typeof showWelcome>[0]} [state] */
function welcome(state = {}) {
  showWelcome({ mayLogIn: settings.login !== undefined, ...state });
}

/** What somebody else wrote in this tab isn't shown to whoever logs in next. @param {string} subject */
function forgetOtherPeople(subject) {
  if (sessionStorage.getItem('explorer.owner') !== subject) sessionStorage.clear();
  sessionStorage.setItem('explorer.owner', subject);
}
