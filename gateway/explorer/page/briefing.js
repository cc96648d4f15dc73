/** The security briefing, shown above the editor to whoever has to confirm it, until they do. */
import { part, setText } from './view.js';

const READ = 'query Briefing { securityBriefing { version text required } }';
const CONFIRM = `mutation ConfirmBriefing($input: ConfirmSecurityBriefingInput!) {
  confirmSecurityBriefing(input: $input) { securityBriefing { required } }
}`;

/**
 * Asks only a graph that has a briefing.
 *
 * @param {import('./gateway.js').Ask} ask
 * @param {import('./viewer.js').Sight} sight
 * @returns {Promise<() => void>} takes it away
 */
export async function offerBriefing(ask, { queries }) {
  if (!queries.some(({ name }) => name === 'securityBriefing')) return () => {};
  const { data } = await ask({ query: READ, operationName: 'Briefing' });
  const briefing = data?.securityBriefing;
  if (!briefing?.required) return () => {};
  const { version, text } = briefing;
  setText('briefing-text', text);
  setText('briefing-problem');
  part('briefing').hidden = false;
  const confirmed = new AbortController();
  const close = () => {
    confirmed.abort();
    part('briefing').hidden = true;
    setText('briefing-text');
  };
  part('briefing-confirm').addEventListener('click', () => confirm(ask, version).then(close, tellProblem), {
    signal: confirmed.signal,
  });
  return close;
}

/** @param {import('./gateway.js').Ask} ask @param {string} version */
async function confirm(ask, version) {
  const { data } = await ask({ query: CONFIRM, operationName: 'ConfirmBriefing', variables: { input: { version } } });
  if (data?.confirmSecurityBriefing?.securityBriefing?.required !== false) throw new Error('not confirmed');
}

function tellProblem() {
  setText('briefing-problem', "That didn't work. Try again in a moment.");
}
