/** What a random operation is held against: nothing of the other company, and nothing that tells of it. */
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { PERSONAS, type Persona } from '@commonhold/development/personas.ts';
import { ERROR_CODES } from '@commonhold/schema/error-codes.ts';
import { type Answer, ask } from '../system/client.ts';
import { comparable } from './answers.ts';
import { leaksOf } from './leaks.ts';
import { type Partners, wrongCalls } from './partner-calls.ts';
import type { Operation, RandomOperation } from './random-operations.ts';

export interface Outcome {
  readonly answer: Answer;
  /** Whether the answer was compared with that to the operation's twin. */
  readonly isCompared: boolean;
}

/** Something may have changed between two answers, or a partner may not have answered in time, but not again and again. */
const ATTEMPTS = 4;
const PAUSE_MILLISECONDS = 500;

/** Places in the code, addresses, files, and what GraphQL would have suggested. */
const INSIDES = /\bat \S+ \(|node_modules|\.[jt]s:\d|node:|localhost|https?:\/\/|\/(work|tmp|home)\/|Did you mean/;

/**
 * Asks; and in the same moment asks the operation's twin, or lets somebody of the other company with the same role ask
 * the very same.
 *
 * @throws {Error} that tells which operation showed what
 */
export async function tryOperation(random: RandomOperation, trial: Partners): Promise<Outcome> {
  const isCompared = random.strangers.length > 0 && !random.mayChange;
  if (random.mayChange) return { isCompared, answer: await askChecked(random, random, trial) };
  if (!isCompared) {
    const theirs = { ...random, persona: counterpartOf(random.persona), strangers: [] };
    const [answer] = await Promise.all([askChecked(random, random, trial), askChecked(theirs, random, trial)]);
    return { isCompared, answer };
  }
  for (let attempt = 1; ; attempt += 1) {
    const [answer, twin] = await Promise.all([
      askChecked(random, random, trial),
      askChecked(random, random.twin, trial),
    ]);
    const [seen, expected] = [answer, twin].map(({ status, text }) => comparable(status, text));
    if (isDeepStrictEqual(seen, expected)) return { isCompared, answer };
    if (attempt === ATTEMPTS) {
      const details = JSON.stringify({ seen, expected, twin: random.twin }, null, 1);
      throw failure('tells what is not theirs from what does not exist', random, random, details);
    }
    await wait(attempt * PAUSE_MILLISECONDS);
  }
}

async function askChecked(random: RandomOperation, operation: Operation, trial: Partners): Promise<Answer> {
  const { email, company } = random.persona;
  const answer = await answerTo(email, operation);
  const complain = (what: string, found: unknown): never => {
    throw failure(what, random, operation, `${JSON.stringify(found)}\n${answer.text}`);
  };
  const headers = [...answer.headers].flat().join('\n');
  const leaks = [answer.text, headers].flatMap((text) => leaksOf(trial.otherOf(company), text));
  if (leaks.length > 0) complain('shows what is of the other company', leaks);
  if (![200, 400].includes(answer.status)) complain('has an unexpected status', answer.status);
  for (const { message, extensions } of answer.body.errors ?? []) {
    const code = String(extensions?.['code']);
    if (!Object.hasOwn(ERROR_CODES, code) || code === 'INTERNAL_SERVER_ERROR') complain('fails inside', code);
    if (INSIDES.test(message)) complain('tells of the inside', message);
  }
  const calls = await wrongCalls(answer.requestId, company, random.strangers, trial);
  if (calls.length > 0) complain('asks a partner for what is of the other company', calls);
  return answer;
}

/** On a busy machine the gateway may say that it is too early, or an idle connection may just have been closed. */
async function answerTo(email: string, { query, variables }: Operation): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await ask(email, query, variables);
      if (answer.status !== 503 || attempt === ATTEMPTS) return answer;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
    await wait(attempt * PAUSE_MILLISECONDS);
  }
}

function counterpartOf({ company, role }: Persona): Persona {
  for (const persona of PERSONAS) if (persona.role === role && persona.company !== company) return persona;
  throw new TypeError(`nobody else is ${role}`);
}

function failure(what: string, { persona }: RandomOperation, { query, variables }: Operation, details: string): Error {
  const lines = [
    `An operation of ${persona.email} ${what}:`,
    query,
    JSON.stringify(variables),
    details.slice(0, 4_000),
  ];
  return new Error(lines.join('\n'));
}
