/** A refusal by a sandbox partner, as RFC 9457 has it; `type` is the partner's error code. */
export class Problem extends Error {
  readonly status: number;
  readonly type: string;
  readonly retryAfterSeconds: number | undefined;

  /**
   * @example
   * throw new Problem(409, 'device-offline', 'The device does not answer');
   */
  constructor(status: number, type: string, title: string, retryAfterSeconds?: number) {
    super(title);
    this.name = 'Problem';
    this.status = status;
    this.type = type;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
