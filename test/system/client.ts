/** Asks the gateway as a frontend does: GraphQL over HTTP with a bearer token. */
import { system } from './description.ts';

export interface GraphQLAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** What the gateway called the request, towards subgraphs and partners too. */
  readonly requestId: string;
  readonly text: string;
  readonly body: GraphQLAnswer;
}

/** An access token of a persona, such as `dispatcher@northgate.example`, or of a service's client id. */
export async function tokenFor(persona: string, options: { readonly fresh?: boolean } = {}): Promise<string> {
  const url = new URL(system().brokerUrl);
  url.searchParams.set('persona', persona);
  if (options.fresh) url.searchParams.set('fresh', '1');
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

export async function ask(
  persona: string | undefined,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const authorization = persona ? { authorization: `Bearer ${await tokenFor(persona)}` } : {};
  return post(system().graphqlUrl, { query, variables }, { ...authorization, ...headers });
}

/** Posts `body` as JSON, or as it is when it is a text. */
export async function post(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const requestId = response.headers.get('x-request-id') ?? '';
  return { status: response.status, headers: response.headers, requestId, text, body: parse(text) };
}

function parse(text: string): GraphQLAnswer {
  try {
    return JSON.parse(text) as GraphQLAnswer;
  } catch {
    return {};
  }
}
