/** JSON of somebody else's → values, without keys that reach for an object's prototype. */
import secureJson from 'secure-json-parse';

/** @throws {Error} when it is no JSON, or has such a key */
export function parseJson(text: string): unknown {
  return MAY_HAVE_SUCH_A_KEY.test(text)
    ? secureJson.parse(text, { protoAction: 'error', constructorAction: 'error' })
    : JSON.parse(text);
}

/** Written as it is, or with an escape in it; a text with none of these is looked at no closer. */
const MAY_HAVE_SUCH_A_KEY = /__proto__|"constructor"|\\u00/;
