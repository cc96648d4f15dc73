/** Links by which somebody without a login sets one up. The directory makes them, and knows whom each is for. */
import { z } from 'zod';
import { type Directory, DirectoryUnavailable } from '../directory/directory.ts';
import { CannotBeChecked } from '../directory/standing.ts';

/** Whom a link lets set up what they log in with. */
export interface Invited {
  /** Key of the company. */
  readonly tenant: string;
  readonly subject: string;
  readonly loginName: string;
  /** What to greet them by. */
  readonly name: string;
}

export interface Links {
  /**
   * Whom it is for, as long as it is good. Unknown, used and expired ones can't be told apart.
   *
   * @param token as it stands in the link: `<company>.<random>`
   * @throws {CannotBeChecked} when the directory doesn't say
   */
  read(token: string): Promise<Invited | undefined>;
  /** Uses it up: of two at the same moment one does. @throws {CannotBeChecked} */
  redeem(token: string): Promise<boolean>;
}

const TOKEN = /^([a-z0-9][a-z0-9-]{0,62})\.[\w-]{20,128}$/;
const answer = z.object({ subject: z.string().min(1), loginName: z.string().min(1), name: z.string() });

/** @param path of the directory's route, such as `/invitation` */
export function askLinks(directory: Directory, path: string): Links {
  const ask = async (token: string, body: object): Promise<Invited | undefined> => {
    const tenant = TOKEN.exec(token)?.[1];
    if (tenant === undefined) return undefined;
    try {
      return { tenant, ...answer.parse(await directory.post(path, { tenant }, { token, ...body })) };
    } catch (error) {
      if (!(error instanceof DirectoryUnavailable)) throw error;
      if (error.status === 404) return undefined;
      throw new CannotBeChecked();
    }
  };
  return {
    read: (token) => ask(token, {}),
    redeem: async (token) => (await ask(token, { redeem: true })) !== undefined,
  };
}
