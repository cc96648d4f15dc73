/**
 * Who is logged in, and what they may ask: from the schema as the gateway shows it to them, and from its field `me`. Only
 * what that schema has is asked for, so that somebody else's graph does without.
 */

/** @typedef {{ readonly name: string, readonly description: string | null }} RootField */

/**
 * @typedef {object} Viewer
 * @property {string} subject
 * @property {readonly string[]} roles
 * @property {string | undefined} company
 * @property {{ readonly name: string, readonly email: string | null } | undefined} person
 */

/**
 * @typedef {object} Sight
 * @property {Viewer | undefined} viewer undefined: the graph doesn't say
 * @property {readonly RootField[]} queries
 * @property {readonly RootField[]} mutations
 */

const ROOT_FIELDS = `query RootFields {
  __schema {
    queryType { fields { name description } }
    mutationType { fields { name description } }
  }
  __type(name: "Viewer") { fields { name } }
}`;

/** What is asked of `me`, by the field of `Viewer` that it needs. */
const VIEWER_FIELDS = {
  subject: 'subject',
  roles: 'roles',
  company: 'company { name }',
  person: 'person { name email }',
};

/**
 * @param {import('./gateway.js').Ask} ask
 * @returns {Promise<Sight>}
 */
export async function readSight(ask) {
  const { data } = await ask({ query: ROOT_FIELDS, operationName: 'RootFields' });
  const queries = data?.__schema?.queryType?.fields ?? [];
  const mutations = data?.__schema?.mutationType?.fields ?? [];
  /** @type {readonly { readonly name: string }[]} */
  const known = data?.__type?.fields ?? [];
  const selection = Object.entries(VIEWER_FIELDS).flatMap(([name, text]) =>
    known.some((field) => field.name === name) ? [text] : [],
  );
  const hasViewer = queries.some((/** @type {RootField} */ { name }) => name === 'me') && selection.length > 0;
  return { queries, mutations, viewer: hasViewer ? await readViewer(ask, selection) : undefined };
}

/**
 * @param {import('./gateway.js').Ask} ask
 * @param {readonly string[]} selection
 * @returns {Promise<Viewer | undefined>}
 */
async function readViewer(ask, selection) {
  const { data } = await ask({ query: `query Me { me { ${selection.join(' ')} } }`, operationName: 'Me' });
  const me = data?.me;
  if (!me) return undefined;
  return {
    subject: String(me.subject ?? ''),
    roles: Array.isArray(me.roles) ? me.roles : [],
    company: me.company?.name,
    person: me.person ?? undefined,
  };
}
