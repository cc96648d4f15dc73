/** Two processes with a channel between them ask each other by name, and wait for each answer a while. */
import { z } from 'zod';

/** What one of them answers, by name. What is given and answered goes as JSON. */
export type Answers = Readonly<Record<string, (...given: never[]) => Promise<unknown>>>;

export interface Channel {
  send(message: object, done: (error: Error | null) => void): unknown;
  onMessage(listener: (message: unknown) => void): unknown;
}

/** @throws {Error} when the other one can't answer, does not in time, or has gone */
export type Ask<Theirs extends Answers> = <Name extends keyof Theirs & string>(
  name: Name,
  ...given: Parameters<Theirs[Name]>
) => ReturnType<Theirs[Name]>;

const message = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('question'), number: z.int(), name: z.string(), given: z.array(z.unknown()) }),
  z.object({ kind: z.literal('answer'), number: z.int(), value: z.unknown().optional() }),
  z.object({ kind: z.literal('failure'), number: z.int() }),
]);

/**
 * @param ours what the other one may ask
 *
 * @example
 * const ask = converse<{ age(name: string): Promise<number> }>(channel, {}, 2_000);
 * await ask('age', 'ada');
 */
export function converse<Theirs extends Answers>(
  channel: Channel,
  ours: Answers,
  patienceMilliseconds: number,
): Ask<Theirs> {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let asked = 0;

  const answer = async (number: number, name: string, given: readonly unknown[]): Promise<object> => {
    if (!Object.hasOwn(ours, name)) return { kind: 'failure', number };
    const value = await ours[name]?.(...(given as never[]));
    return { kind: 'answer', number, value };
  };

  channel.onMessage((received) => {
    const parsed = message.safeParse(received);
    if (!parsed.success) return;
    const { data } = parsed;
    if (data.kind === 'question') {
      answer(data.number, data.name, data.given)
        .catch(() => ({ kind: 'failure', number: data.number }))
        // Whoever has gone waits for no answer.
        .then((said) => channel.send(said, () => undefined));
    } else if (data.kind === 'answer') {
      waiting.get(data.number)?.resolve(data.value);
    } else {
      waiting.get(data.number)?.reject(new Error('the other process could not answer'));
    }
  });

  const ask = async (name: string, given: readonly unknown[]): Promise<unknown> => {
    asked += 1;
    const number = asked;
    const answered = Promise.withResolvers<unknown>();
    waiting.set(number, answered);
    const lateness = setTimeout(
      () => answered.reject(new Error('the other process does not answer in time')),
      patienceMilliseconds,
    );
    channel.send({ kind: 'question', number, name, given }, (error) => error && answered.reject(error));
    try {
      return await answered.promise;
    } finally {
      clearTimeout(lateness);
      waiting.delete(number);
    }
  };
  return (name, ...given) => ask(name, given) as ReturnType<Theirs[typeof name]>;
}
