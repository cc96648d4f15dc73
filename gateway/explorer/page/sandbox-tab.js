/** The tab of Apollo Sandbox. Nothing of Apollo's is loaded before somebody asks for it. */
import { openSandbox } from './sandbox.js';
import { part, setText } from './view.js';

/**
 * @param {{ readonly ask: import('./gateway.js').Ask, readonly endpoint: string, readonly document: string }} options
 * @returns {() => void} takes Sandbox away again
 */
export function offerSandbox(options) {
  /** @type {import('./sandbox.js').Sandbox | undefined} */
  let sandbox;
  const close = () => {
    sandbox?.close();
    sandbox = undefined;
    part('sandbox-waiting').hidden = true;
    part('sandbox-offer').hidden = false;
    setText('sandbox-problem');
  };
  const open = () => {
    close();
    part('sandbox-offer').hidden = true;
    part('sandbox-waiting').hidden = false;
    sandbox = openSandbox(part('panel-sandbox'), options, (state) => {
      part('sandbox-waiting').hidden = true;
      if (state === 'answering') return;
      close();
      setText('sandbox-problem', "Apollo's servers can't be reached from here. GraphiQL works without them.");
    });
  };
  part('sandbox-open').addEventListener('click', open);
  return () => {
    close();
    part('sandbox-open').removeEventListener('click', open);
  };
}
