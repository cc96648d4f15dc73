/**
 * Reviews of who may do what, for those who may decide in them: choose a review, go through its grants by person, keep or
 * revoke each, and take the review away as files.
 */
import { createReviewsApi, ReviewProblem } from './reviews-api.js';
import { showItems, showReview } from './reviews-view.js';
import { SessionEnded } from './session.js';
import { part, setText } from './view.js';

/** @typedef {import('./reviews-api.js').Review} Review */
/** @typedef {import('./reviews-api.js').Filter} Filter */

/**
 * Offers the tab to whoever may ask for reviews.
 *
 * @param {import('./viewer.js').Sight} sight
 * @param {import('./gateway.js').Ask} ask
 * @returns {() => void} takes away what is shown
 */
export function offerReviews({ queries, mutations, viewer }, ask) {
  const has = (/** @type {readonly { readonly name: string }[]} */ fields, /** @type {string} */ name) =>
    fields.some((field) => field.name === name);
  const mayManage = has(mutations, 'exportReview');
  const isOffered = has(queries, 'reviews') && has(mutations, 'decideReviewItems');
  part('tab-reviews').hidden = !isOffered;
  if (!isOffered) return () => {};

  const api = createReviewsApi(ask);
  const leaving = new AbortController();
  /** @type {Review | undefined} */
  let review;
  /** Cursors of the pages before this one and of this one; undefined: the first. @type {(string | undefined)[]} */
  let trail = [undefined];
  /** @type {import('./reviews-api.js').Page} */
  let page = { items: [], endCursor: null, hasNextPage: false };

  const filter = () => /** @type {Filter} */ (select('reviews-filter').value);

  const show = () => {
    showReview(review);
    const isOpen = review?.state === 'OPEN';
    part('reviews-exports').hidden = !review || !mayManage;
    part('reviews-start').hidden = isOpen || !mayManage;
    showItems(page.items, {
      isOpen,
      own: viewer?.subject,
      decide: (item, decision) => act(() => decide(item, decision)),
    });
    part('reviews-pages').hidden = trail.length === 1 && !page.hasNextPage;
    part('reviews-previous').toggleAttribute('disabled', trail.length === 1);
    part('reviews-next').toggleAttribute('disabled', !page.hasNextPage);
  };

  const loadPage = async () => {
    if (review) page = await api.page(review.id, filter(), trail.at(-1));
    if (!leaving.signal.aborted) show();
  };

  /** @param {string} [id] of the one to show; the newest unless said */
  const load = async (id) => {
    const all = await api.list();
    if (leaving.signal.aborted) return;
    review = all.find((one) => one.id === id) ?? all[0];
    const options = all.map(({ id: value, name }) =>
      Object.assign(document.createElement('option'), { value, textContent: name }),
    );
    select('reviews-choice').replaceChildren(...options);
    select('reviews-choice').value = review?.id ?? '';
    trail = [undefined];
    await loadPage();
  };

  /** @param {import('./reviews-api.js').Item} item @param {'KEEP' | 'REVOKE'} decision */
  const decide = async (item, decision) => {
    const decided = await api.decide(item, decision);
    if (review) review = await api.review(review.id);
    page = { ...page, items: page.items.map((one) => (one.id === decided.id ? decided : one)) };
    if (!leaving.signal.aborted) show();
  };

  /** @param {'CSV' | 'JSON'} format */
  const takeAway = async (format) => {
    /** @type {string[]} */
    const digests = [];
    for (let after = null; review; ) {
      const file = await api.file(review.id, format, after);
      if (leaving.signal.aborted || !file) return;
      digests.push(file.sha256);
      save(file, `review-${digests.length}.${format.toLowerCase()}`);
      after = file.endCursor;
      if (after === null) break;
    }
    setText('reviews-status', `Exported. SHA-256: ${digests.join(', ')}`);
  };

  /** One thing at a time, and what goes wrong is told. @param {() => Promise<void>} step */
  const act = async (step) => {
    setText('reviews-problem');
    setText('reviews-status');
    try {
      await step();
    } catch (error) {
      if (leaving.signal.aborted || error instanceof SessionEnded) return;
      setText(
        'reviews-problem',
        error instanceof ReviewProblem ? error.message : "That didn't work. Try again in a moment.",
      );
    }
  };

  /** @param {string} id @param {string} event @param {() => Promise<void>} step */
  const on = (id, event, step) =>
    part(id).addEventListener(
      event,
      (happened) => {
        happened.preventDefault();
        act(step);
      },
      { signal: leaving.signal },
    );
  const turn = (/** @type {() => void} */ change) => async () => {
    change();
    await loadPage();
    part('panel-reviews').scrollTo({ top: 0 });
  };

  on('tab-reviews', 'click', () => load(review?.id));
  on('reviews-choice', 'change', () => load(select('reviews-choice').value));
  on(
    'reviews-filter',
    'change',
    turn(() => (trail = [undefined])),
  );
  on(
    'reviews-next',
    'click',
    turn(() => trail.push(page.endCursor ?? undefined)),
  );
  on(
    'reviews-previous',
    'click',
    turn(() => trail.pop()),
  );
  on('reviews-csv', 'click', () => takeAway('CSV'));
  on('reviews-json', 'click', () => takeAway('JSON'));
  on('reviews-start', 'submit', async () => {
    await api.start(input('reviews-name').value, Number(input('reviews-days').value));
    await load();
  });

  return () => {
    leaving.abort();
    part('tab-reviews').hidden = true;
    for (const id of ['reviews-title', 'reviews-summary', 'reviews-counts', 'reviews-status', 'reviews-problem'])
      setText(id);
    select('reviews-choice').replaceChildren();
    showItems([], { isOpen: false, own: undefined, decide: () => {} });
  };
}

/** @param {{ readonly content: string, readonly mediaType: string }} file @param {string} name */
function save({ content, mediaType }, name) {
  const address = URL.createObjectURL(new Blob([content], { type: mediaType }));
  Object.assign(document.createElement('a'), { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}

/** @param {string} id @returns {HTMLSelectElement} */
function select(id) {
  return /** @type {HTMLSelectElement} */ (part(id));
}

/** @param {string} id @returns {HTMLInputElement} */
function input(id) {
  return /** @type {HTMLInputElement} */ (part(id));
}
