/**
 * A reason why a process can't start, in one sentence that names what is wrong and the remedy.
 *
 * `runProcess` prints it to standard error without a stack and ends with exit code 1. Neither part may hold a secret.
 *
 * @example
 * throw new StartupError('Port 4000 is in use', 'stop the program that uses it or set PORT_BASE');
 */
export class StartupError extends Error {
  constructor(problem: string, remedy: string) {
    super(`${problem}: ${remedy}.`);
    this.name = 'StartupError';
  }
}
