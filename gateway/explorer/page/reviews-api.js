/** What the page asks about reviews. Each question goes through the offer of a better login, where one is needed. */

/** @typedef {import('./gateway.js').Ask} Ask */
/** @typedef {{ readonly total: number, readonly undecided: number, readonly kept: number, readonly revoked: number, readonly unconfirmed: number, readonly settled: number, readonly left: number }} Counts */
/** @typedef {{ readonly id: string, readonly name: string, readonly state: 'OPEN' | 'CLOSED', readonly startedAt: string, readonly endsAt: string, readonly counts: Counts }} Review */
/** @typedef {{ readonly subject: string, readonly role: string, readonly since: string, readonly until: string, readonly person?: { readonly name: string } | null }} Grant */
/** @typedef {{ readonly id: string, readonly state: string, readonly proposal: 'KEEP' | 'REMOVE', readonly because: string, readonly lastUsedOn: string | null, readonly reach: string, readonly places: readonly string[], readonly residenceCount: number | null, readonly grant: Grant | null }} Item */
/** @typedef {'all' | 'undecided' | 'remove'} Filter */
/** @typedef {{ readonly items: readonly Item[], readonly endCursor: string | null, readonly hasNextPage: boolean }} Page */

const REVIEW = 'id name state startedAt endsAt counts { total undecided kept revoked unconfirmed settled left }';
const ITEM = `id state proposal because lastUsedOn reach places residenceCount
  grant { subject role since until person { name } }`;
const ITEMS_ON_PAGE = 50;

/** @type {Readonly<Record<Filter, { readonly state?: string, readonly proposal?: string }>>} */
const FILTERS = { all: {}, undecided: { state: 'UNDECIDED' }, remove: { proposal: 'REMOVE' } };

const PROBLEMS = {
  NOT_FOUND: 'This grant is not under review any more.',
  OVER: 'This review is over.',
  OWN_GRANT: 'This is your own grant: somebody else has to decide.',
  NOT_YOURS: 'Your roles do not include deciding on grants of this role.',
  SETTLED: 'This grant has ended or was revoked.',
};

export class ReviewProblem extends Error {}

/** @param {Ask} ask */
export function createReviewsApi(ask) {
  /** @param {string} query @param {object} [variables] */
  const read = async (query, variables = {}) => {
    const { data, errors } = await ask({ query, variables, operationName: 'Reviews' });
    const [error] = errors ?? [];
    // Names may be withheld while the rest is answered.
    const isAnswered = Object.values(data ?? {}).some((value) => value !== null);
    if (error && !isAnswered) throw new ReviewProblem(error.message);
    return data;
  };
  /** @param {string} name @param {string} selection @param {object} input */
  const order = async (name, selection, input) => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const data = await read(`mutation Reviews($input: ${type}!) { ${name}(input: $input) { ${selection} } }`, {
      input,
    });
    return data[name];
  };

  return {
    /** Newest first. @returns {Promise<readonly Review[]>} */
    list: async () => (await read(`query Reviews { reviews(first: 20) { nodes { ${REVIEW} } } }`)).reviews.nodes,

    /** @param {string} id @returns {Promise<Review>} */
    review: async (id) => (await read(`query Reviews($id: ID!) { review(id: $id) { ${REVIEW} } }`, { id })).review,

    /** @param {string} id @param {Filter} filter @param {string | undefined} after @returns {Promise<Page>} */
    page: async (id, filter, after) => {
      const query = `query Reviews($id: ID!, $state: ReviewItemState, $proposal: ReviewProposal, $after: String) {
        review(id: $id) { items(first: ${ITEMS_ON_PAGE}, after: $after, state: $state, proposal: $proposal) {
          nodes { ${ITEM} } pageInfo { endCursor hasNextPage } } } }`;
      const { nodes, pageInfo } = (await read(query, { id, after, ...FILTERS[filter] })).review.items;
      return { items: nodes, ...pageInfo };
    },

    /** @param {string} name @param {number} days */
    start: (name, days) =>
      order('startReview', 'started', {
        name,
        endsAt: new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString(),
        idempotencyKey: crypto.randomUUID(),
      }),

    /** @param {Item} item @param {'KEEP' | 'REVOKE'} decision @returns {Promise<Item>} as it is now */
    decide: async (item, decision) => {
      const input = { decisions: [{ item: item.id, decision }], idempotencyKey: crypto.randomUUID() };
      const [result] = (await order('decideReviewItems', `results { problem item { ${ITEM} } }`, input)).results;
      /** @type {keyof typeof PROBLEMS | null} */
      const problem = result.problem;
      if (problem) throw new ReviewProblem(PROBLEMS[problem] ?? problem);
      return result.item;
    },

    /** @param {string} review @param {'CSV' | 'JSON'} format @param {string | null} after */
    file: async (review, format, after) => {
      const selection = 'file { content mediaType sha256 count endCursor }';
      return (await order('exportReview', selection, { review, format, after })).file;
    },
  };
}
