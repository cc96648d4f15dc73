/** What is refused, as SCIM says it (RFC 7644, section 3.12). */
import SCIMMY from 'scimmy';
import type { ScimAnswer } from './scope.ts';

export type ScimType =
  | 'invalidFilter'
  | 'invalidPath'
  | 'invalidSyntax'
  | 'invalidValue'
  | 'mutability'
  | 'noTarget'
  | 'tooMany'
  | 'uniqueness';

/** Goes to whoever shows the company's token: `detail` may name attributes, and no values but those that they sent. */
export class ScimRefusal extends Error {
  override readonly name = 'ScimRefusal';
  readonly status: number;
  readonly scimType: ScimType | undefined;

  constructor(status: number, detail: string, scimType?: ScimType) {
    super(detail);
    this.status = status;
    this.scimType = scimType;
  }
}

export function notFound(): ScimRefusal {
  return new ScimRefusal(404, 'There is no such resource.');
}

/** Only what is made to be told becomes an answer. @throws whatever else came */
export function answerOf(error: unknown): ScimAnswer {
  if (error instanceof ScimRefusal || error instanceof SCIMMY.Types.Error) {
    const { status, scimType, message } = error;
    return { status, body: errorBody(status, message, scimType) };
  }
  throw error;
}

export function errorBody(status: number, detail: string, scimType?: string): object {
  return {
    schemas: [SCIMMY.Messages.ErrorResponse.id],
    status: String(status),
    ...(scimType !== undefined && { scimType }),
    detail,
  };
}

/**
 * Runs what parses a client's value by scimmy, whose complaints about values are TypeErrors.
 *
 * @throws {ScimRefusal} 400 `invalidValue` in their place
 */
export function parsing<Value>(parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    if (error instanceof TypeError) throw new ScimRefusal(400, error.message, 'invalidValue');
    throw error;
  }
}
