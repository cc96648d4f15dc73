/** GraphiQL, Sandbox and reviews as tabs (WAI-ARIA Authoring Practices: tabs, activated by hand). */
import { part } from './view.js';

const NAMES = ['graphiql', 'sandbox', 'reviews'];

/** Makes the tabs react to pointer and keyboard. */
export function enableTabs() {
  for (const name of NAMES) {
    const tab = part(`tab-${name}`);
    tab.addEventListener('click', () => selectTab(name));
    tab.addEventListener('keydown', ({ key }) => {
      const offered = NAMES.filter((other) => !part(`tab-${other}`).hidden);
      const step = { ArrowRight: 1, ArrowLeft: offered.length - 1 }[key];
      if (step !== undefined) part(`tab-${offered[(offered.indexOf(name) + step) % offered.length]}`).focus();
    });
  }
}

/** @param {string} selected */
export function selectTab(selected) {
  for (const name of NAMES) {
    const tab = part(`tab-${name}`);
    tab.setAttribute('aria-selected', String(name === selected));
    tab.tabIndex = name === selected ? 0 : -1;
    part(`panel-${name}`).hidden = name !== selected;
  }
}
