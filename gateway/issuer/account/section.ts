/** What the account page is made of: each section shows something of one's own account, and has forms to change it. */
import type { Html } from '../pages/html.ts';
import type { AccountVisitor } from './visitor.ts';

export interface AccountSection {
  /** A heading of second rank, and what is below it; its forms are made by `accountForm`. */
  render(visitor: AccountVisitor): Promise<Html>;
  /** What its forms do, by the path below `/account/` that they are sent to. */
  readonly actions: Readonly<Record<string, AccountAction>>;
}

export interface AccountAction {
  /** What the page says when it is done. */
  readonly done: string;
  /** It changes what one logs in with: whoever finds an open page can't do it. */
  readonly needsFreshLogin?: true;
  /** The page that it shows instead asks for a passkey. */
  readonly usesScripts?: true;
  /**
   * @param fields of the form
   * @returns a page to show instead of the account page, if there is one
   */
  run(visitor: AccountVisitor, fields: Readonly<Record<string, string>>): Promise<string | undefined>;
}
