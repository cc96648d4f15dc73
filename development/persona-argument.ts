/** A persona, or sample service, named on the command line. */
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { COLLEAGUES, NEWCOMERS, PERSONAS, SAMPLE_SERVICES } from './personas.ts';

const WITH_FACTOR = [...PERSONAS, ...COLLEAGUES].map(({ email }) => email);
const WITHOUT_FACTOR = NEWCOMERS.map(({ email }) => email);
const SERVICES = SAMPLE_SERVICES.map(({ clientId }) => clientId);

/** @throws {StartupError} listing whose tokens there are, when `name` is nobody's. */
export function requireSubject(name: string): string {
  return oneOf([...WITH_FACTOR, ...SERVICES], name);
}

/**
 * A person, newcomers included: they have no authenticator app yet.
 *
 * @throws {StartupError} listing whom there is, when `name` is nobody's.
 */
export function requirePerson(name: string): { readonly email: string; readonly hasFactor: boolean } {
  return { email: oneOf([...WITH_FACTOR, ...WITHOUT_FACTOR], name), hasFactor: WITH_FACTOR.includes(name) };
}

function oneOf(known: readonly string[], name: string): string {
  if (known.includes(name)) return name;
  const problem = name === '' ? 'No persona is named' : `There is no persona ${name}`;
  throw new StartupError(problem, `name one of ${known.join(', ')}`);
}
