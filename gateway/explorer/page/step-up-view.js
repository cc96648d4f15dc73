/** The offer to log in again, above the answer that asks for it. */
import { part, setText } from './view.js';

const TEXTS = {
  offered: {
    text: 'You log in in a window that opens. What you ran is then run again, once, and you see the answer here.',
    logIn: 'Log in again and repeat',
    leave: 'Leave it',
  },
  'offered-without-repeat': {
    text: 'A part of what you ran was carried out, so that it is not repeated for you. After the login, run what is left.',
    logIn: 'Log in again',
    leave: 'Leave it',
  },
  waiting: {
    text: 'Go on in the other window. This page waits.',
    logIn: 'Show the window again',
    leave: 'Cancel',
  },
  repeating: { text: 'You are logged in again. Asking once more…', logIn: undefined, leave: undefined },
  unanswered: {
    text: 'You are logged in again, but no answer came. See whether it was carried out before you run it again.',
    logIn: undefined,
    leave: 'Close',
  },
  refused: { text: 'Your new login was not enough for it.', logIn: undefined, leave: 'Close' },
};

/** @typedef {{ readonly title: string, readonly state: keyof typeof TEXTS, readonly problem?: string | undefined }} StepUpState */

/** @param {StepUpState} state */
export function showStepUp({ title, state, problem }) {
  const { text, logIn, leave } = TEXTS[state];
  setText('step-up-title', title);
  setText('step-up-text', text);
  setText('step-up-problem', problem);
  setText('step-up-login', logIn);
  setText('step-up-leave', leave);
  part('step-up').hidden = false;
  part('step-up').scrollIntoView({ block: 'nearest' });
}

export function hideStepUp() {
  part('step-up').hidden = true;
}

/** What its buttons do from now on. @param {{ logIn(): void, leave(): void }} handlers */
export function onStepUp({ logIn, leave }) {
  part('step-up-login').onclick = logIn;
  part('step-up-leave').onclick = leave;
}
