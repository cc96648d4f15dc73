/** As much of a browser as a login needs: cookies, redirects and forms, over real HTTP. */
import { parse } from 'node-html-parser';
import { CookieJar } from 'tough-cookie';

const MOST_REDIRECTS = 10;

/** Where a request ended. */
export interface Visited {
  readonly address: string;
  readonly status: number;
  /** Empty when the address is the one that the session stops at. */
  readonly text: string;
}

export interface BrowserSession {
  open(address: string): Promise<Visited>;
  /** Sends the form whose action ends with `action`, with its hidden fields. @throws {Error} when the page has none. */
  submit(page: Visited, action: string, fields: Readonly<Record<string, string>>): Promise<Visited>;
}

/** @param stopsAt the beginning of addresses that are not opened: the client's redirect address */
export function openBrowserSession(stopsAt: string): BrowserSession {
  const jar = new CookieJar();

  const visit = async (address: string, form?: URLSearchParams, redirects = 0): Promise<Visited> => {
    if (address.startsWith(stopsAt)) return { address, status: 200, text: '' };
    if (redirects > MOST_REDIRECTS) throw new Error('too many redirects');
    const response = await fetch(address, {
      redirect: 'manual',
      headers: { accept: 'text/html', cookie: await jar.getCookieString(address) },
      ...(form ? { method: 'POST', body: form } : {}),
    });
    await Promise.all(response.headers.getSetCookie().map((cookie) => jar.setCookie(cookie, address)));
    const location = response.headers.get('location');
    if (location) return visit(new URL(location, address).href, undefined, redirects + 1);
    return { address, status: response.status, text: await response.text() };
  };

  return {
    open: (address) => visit(address),
    submit: (page, action, fields) => {
      const form = parse(page.text).querySelector(`form[action$="${action}"]`);
      if (!form) throw new Error(`the page has no form for ${action}`);
      const hidden = form
        .querySelectorAll('input[type=hidden]')
        .map((input) => [input.getAttribute('name') ?? '', input.getAttribute('value') ?? '']);
      const target = new URL(form.getAttribute('action') ?? '', page.address).href;
      return visit(target, new URLSearchParams({ ...Object.fromEntries(hidden), ...fields }));
    },
  };
}

/** Whether a page asks for a form to be sent. */
export function asksFor(page: Visited, action: string): boolean {
  return parse(page.text).querySelector(`form[action$="${action}"]`) !== null;
}

/** What a page says went wrong. */
export function problemOn(page: Visited): string | undefined {
  return parse(page.text).querySelector('#problem')?.text;
}
