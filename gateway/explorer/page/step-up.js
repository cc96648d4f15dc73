/**
 * What is run, and once more after a better login where the gateway asks for one (RFC 9470).
 *
 * 1. The first answer is shown as it is, and above it the offer to log in again.
 * 2. Whoever takes it logs in in another window. The operation is then sent again as it was, once.
 * 3. Whoever leaves it, or stops what was run, changes nothing: neither the answer nor the login.
 *
 * A mutation of which a part was carried out isn't repeated, nor is anything whose repetition got no answer, which may
 * have been carried out: that is for the person to decide.
 */
import { prepareBetterLogin } from './better-login.js';
import { LoginProblem } from './login.js';
import { SessionEnded } from './session.js';
import { hideStepUp, onStepUp, showStepUp } from './step-up-view.js';

/** @typedef {import('./gateway.js').Answer} Answer */
/** @typedef {import('./gateway.js').Operation} Operation */

/**
 * @typedef {object} Outcome
 * @property {Answer} answer
 * @property {Promise<Answer | undefined> | undefined} better the answer after a better login, once somebody has made it;
 *   undefined: none was asked for, or it was left
 */

/**
 * @typedef {object} StepUp
 * @property {(operation: Operation) => Promise<Outcome>} run
 * @property {() => void} withdraw takes back what is offered
 */

class Unanswered extends Error {}

/**
 * @param {import('../page-settings.ts').LoginSettings | undefined} settings
 * @param {import('./gateway.js').Exchange} exchange
 * @param {import('./session.js').Session | undefined} session
 * @returns {StepUp}
 */
export function createStepUp(settings, exchange, session) {
  let offered = new AbortController();
  let isDecided = true;
  return {
    withdraw: () => offered.abort(),
    run: async (operation) => {
      // An offer stands until its operation is stopped or another takes its place: editors ask by themselves, too.
      if (isDecided) offered.abort();
      const { answer, challenge } = await exchange(operation);
      if (!challenge || !session || !settings) return { answer, better: undefined };
      offered.abort();
      const mine = new AbortController();
      offered = mine;
      isDecided = false;
      const isRepeated = challenge.isUntouched || isReading(operation);
      const better = offer({
        title: challenge.message,
        isRepeated,
        prepare: () => prepareBetterLogin(settings, session.server, challenge),
        improve: session.improve,
        repeat: async () => (isRepeated ? exchange(operation) : undefined),
        offered: mine,
      });
      better.then(() => {
        if (offered === mine) isDecided = true;
      });
      return { answer, better };
    },
  };
}

/**
 * @param {object} parts
 * @param {string} parts.title
 * @param {boolean} parts.isRepeated
 * @param {() => Promise<import('./better-login.js').BetterLogin>} parts.prepare
 * @param {import('./session.js').Session['improve']} parts.improve
 * @param {() => Promise<Awaited<ReturnType<import('./gateway.js').Exchange>> | undefined>} parts.repeat
 * @param {AbortController} parts.offered aborted when it is left, or another takes its place
 * @returns {Promise<Answer | undefined>}
 */
function offer({ title, isRepeated, prepare, improve, repeat, offered }) {
  const { signal } = offered;
  /** @type {PromiseWithResolvers<Answer | undefined>} */
  const { promise, resolve } = Promise.withResolvers();
  /** @type {Promise<import('./better-login.js').BetterLogin>} */
  let next;
  let isUnderWay = false;

  const ask = (/** @type {string | undefined} */ problem) => {
    isUnderWay = false;
    // Made beforehand: browsers let a window be opened only while they handle a click.
    next = prepare();
    next.catch(() => undefined);
    showStepUp({ title, state: isRepeated ? 'offered' : 'offered-without-repeat', problem });
  };
  const logIn = async () => {
    const login = await next;
    const isOpen = login.open();
    if (isUnderWay) return;
    if (!isOpen) return ask('Your browser opens no window for this page. Allow it, and try again.');
    isUnderWay = true;
    showStepUp({ title, state: 'waiting' });
    const callback = await login.answer(signal);
    showStepUp({ title, state: 'repeating' });
    await improve(callback, login.pending);
    signal.throwIfAborted();
    const again = await repeat().catch((/** @type {unknown} */ error) => {
      throw error instanceof SessionEnded ? error : new Unanswered();
    });
    signal.throwIfAborted();
    hideStepUp();
    resolve(again?.answer);
    if (again?.challenge) showStepUp({ title: again.challenge.message, state: 'refused' });
  };
  const tell = (/** @type {unknown} */ error) => {
    if (signal.aborted || error instanceof SessionEnded) return;
    if (error instanceof Unanswered) {
      showStepUp({ title, state: 'unanswered' });
      return resolve(undefined);
    }
    ask(error instanceof LoginProblem ? error.message : "That didn't work. Try again in a moment.");
  };

  signal.addEventListener('abort', () => {
    hideStepUp();
    resolve(undefined);
  });
  onStepUp({ logIn: () => logIn().catch(tell), leave: () => offered.abort() });
  ask(undefined);
  return promise;
}

/** @param {Operation} operation */
function isReading({ query, operationName }) {
  const { getOperationAST, parse } = window.GraphiQL.GraphQL;
  return getOperationAST(parse(query), operationName)?.operation === 'query';
}
