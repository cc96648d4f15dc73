/**
 * Lets go of a caller whose time is over while something that is not the caller's alone goes on.
 *
 * @throws {Error} what `reason` gives, as soon as `signal` is aborted
 */
export async function unlessAborted<Result>(
  result: Promise<Result>,
  signal: AbortSignal,
  reason: () => Error,
): Promise<Result> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(reason());
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
