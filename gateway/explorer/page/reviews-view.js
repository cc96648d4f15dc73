/** A review on the page: how far it is, and its grants by person. Texts go in as text, never as HTML. */
import { part, setText } from './view.js';

/** @typedef {import('./reviews-api.js').Review} Review */
/** @typedef {import('./reviews-api.js').Item} Item */
/** @typedef {(item: Item, decision: 'KEEP' | 'REVOKE') => void} Decide */

const STATES = {
  UNDECIDED: 'Waits for a decision',
  KEPT: 'Kept',
  REVOKED: 'Revoked',
  UNCONFIRMED: 'Ended: nobody confirmed it',
  SETTLED: 'Ended by itself',
  LEFT: 'Left: nobody else would be in this role',
};
const BECAUSE = {
  USED: 'is used',
  NEW: 'is new',
  UNUSED: 'not used for 90 days',
  NEVER_USED: 'never used',
};

/** @param {Review | undefined} review */
export function showReview(review) {
  part('reviews-progress').hidden = !review;
  part('reviews-filters').hidden = !review;
  if (!review) {
    setText('reviews-title', 'Reviews');
    setText('reviews-summary', 'Nobody has reviewed who may do what yet.');
    return;
  }
  const { counts } = review;
  const isOpen = review.state === 'OPEN';
  setText('reviews-title', review.name);
  setText(
    'reviews-summary',
    isOpen ? `Until ${day(review.endsAt)}. What nobody confirms by then ends.` : `Over since ${day(review.endsAt)}.`,
  );
  part('reviews-bar').setAttribute('max', String(Math.max(counts.total, 1)));
  part('reviews-bar').setAttribute('value', String(counts.total - counts.undecided));
  const told = [
    [counts.undecided, 'to decide'],
    [counts.kept, 'kept'],
    [counts.revoked, 'revoked'],
    [counts.unconfirmed, 'ended unconfirmed'],
    [counts.settled, 'ended by themselves'],
    [counts.left, 'left'],
  ].filter(([count, name]) => count !== 0 || name === 'to decide');
  setText('reviews-counts', `${counts.total} grants: ${told.map(([count, name]) => `${count} ${name}`).join(', ')}`);
}

/**
 * @param {readonly Item[]} items in the order of their holders
 * @param {{ readonly isOpen: boolean, readonly own: string | undefined, readonly decide: Decide }} options
 */
export function showItems(items, options) {
  const table = part('reviews-table');
  for (const body of table.querySelectorAll('tbody')) body.remove();
  const bySubject = Map.groupBy(items, ({ grant }) => grant?.subject ?? '');
  for (const [subject, held] of bySubject) {
    const body = element('tbody');
    const name = held[0]?.grant?.person?.name;
    const person = element('th', name ?? subject, 'person');
    person.setAttribute('colspan', '6');
    person.setAttribute('scope', 'rowgroup');
    if (name) person.append(element('span', subject, 'quiet'));
    const heading = element('tr');
    heading.append(person);
    body.append(heading, ...held.map((item) => row(item, options)));
    table.append(body);
  }
  table.hidden = items.length === 0;
}

/** @param {Item} item @param {Parameters<typeof showItems>[1]} options */
function row(item, options) {
  const { grant } = item;
  const line = element('tr', undefined, 'reviews-table-row');
  const proposal = `${item.proposal === 'KEEP' ? 'Keep' : 'Remove'}: ${wordFor(BECAUSE, item.because)}`;
  line.append(
    cell('Role', roleName(grant?.role ?? '')),
    cell('For', placesOf(item)),
    cell('In force', grant ? `${day(grant.since)} – ${day(grant.until)}` : ''),
    cell('Last use', item.lastUsedOn ? day(item.lastUsedOn) : 'not known'),
    cell('Proposal', proposal, `proposal ${item.proposal.toLowerCase()}`),
    decisionCell(item, options),
  );
  return line;
}

/** @param {Item} item @param {Parameters<typeof showItems>[1]} options */
function decisionCell(item, { isOpen, own, decide }) {
  const found = element('td', undefined, 'decision');
  found.dataset.name = 'Decision';
  const isOwn = item.grant?.subject === own;
  const isDecidable = isOpen && !isOwn && (item.state === 'UNDECIDED' || item.state === 'KEPT');
  if (item.state !== 'UNDECIDED' || !isDecidable) {
    found.append(
      element('span', isOwn && item.state === 'UNDECIDED' ? 'Yours: for others' : wordFor(STATES, item.state)),
    );
  }
  if (isDecidable) found.append(choices(item, decide));
  return found;
}

/** Revoking takes two clicks: it counts at once and isn't taken back. @param {Item} item @param {Decide} decide */
function choices(item, decide) {
  const group = element('div', undefined, 'reviews-choices');
  const what = `${roleName(item.grant?.role ?? '')} of ${item.grant?.person?.name ?? item.grant?.subject ?? ''}`;
  const button = (/** @type {string} */ text, /** @type {(button: HTMLElement) => void} */ act) => {
    const made = element('button', text, 'plain');
    made.setAttribute('type', 'button');
    made.setAttribute('aria-label', `${text}: ${what}`);
    made.addEventListener('click', () => act(made));
    return made;
  };
  if (item.state === 'UNDECIDED') group.append(button('Keep', () => decide(item, 'KEEP')));
  group.append(
    button('Revoke', (made) => {
      if (made.classList.contains('sure')) return decide(item, 'REVOKE');
      made.classList.add('sure');
      made.textContent = 'Revoke now?';
      made.setAttribute('aria-label', `Revoke now: ${what}`);
    }),
  );
  return group;
}

/** @param {Item} item */
function placesOf({ reach, places, residenceCount }) {
  if (reach === 'COMPANY') return 'Whole company';
  const shown = places.slice(0, 3).join('; ');
  const residences = residenceCount === 1 ? '1 residence' : `${residenceCount} residences`;
  return `${shown}${places.length > 3 ? '; …' : ''} (${residences})`;
}

/** @param {string} name @param {string} text @param {string} [className] */
function cell(name, text, className) {
  const made = element('td', text, className);
  made.dataset.name = name;
  return made;
}

/** @param {string} tag @param {string} [text] @param {string} [className] */
function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className !== undefined) made.className = className;
  return made;
}

/** @param {Readonly<Record<string, string>>} words @param {string} name */
function wordFor(words, name) {
  return words[name] ?? name;
}

/** @param {string} role */
function roleName(role) {
  const words = role.replaceAll('_', ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** @param {string} instant */
function day(instant) {
  return new Date(instant).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
}
