/** The one HTML document of the explorer. Its scripts fill it in. */
import { Html, html } from '../issuer/pages/html.ts';
import { ASSET_PATH, IMPORT_MAP } from './assets.ts';
import type { PageSettings } from './page-settings.ts';
import { REVIEWS_PANEL } from './reviews-panel.ts';

/** @param styleNonce as in the policy that goes with it */
export function explorerDocument(settings: PageSettings, styleNonce: string): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="explorer-settings" content="${JSON.stringify(settings)}">
<title>Commonhold Explorer</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${ASSET_PATH}/graphiql.min.css">
<link rel="stylesheet" href="${ASSET_PATH}/graphiql-theme.css">
<link rel="stylesheet" href="${ASSET_PATH}/style.css" id="page-style" nonce="${styleNonce}">
<link rel="stylesheet" href="${ASSET_PATH}/explorer.css">
<link rel="stylesheet" href="${ASSET_PATH}/briefing.css">
<link rel="stylesheet" href="${ASSET_PATH}/reviews.css">
<script type="importmap">${new Html(IMPORT_MAP)}</script>
<script type="module" src="${ASSET_PATH}/main.js"></script>
</head>
<body>
${HEADER}
${BRIEFING}
${WELCOME}
${EXPLORER}
</body>
</html>
`.text;
}

const HEADER = html`<header class="page-header">
<p class="brand"><span aria-hidden="true" class="mark"></span>Commonhold <span class="quiet">Explorer</span></p>
<div id="account" class="account" hidden>
<p id="account-name" class="account-name"></p>
<a id="account-link" class="account-link" hidden>Your sessions</a>
<button type="button" id="logout" class="plain">Log out</button>
</div>
<button type="button" id="header-login" class="plain" hidden>Log in</button>
</header>
<noscript>This page needs JavaScript. Programs use the same address without it.</noscript>`;

const BRIEFING = html`<section id="briefing" class="briefing" aria-labelledby="briefing-title" hidden>
<h2 id="briefing-title" class="briefing-title">Your yearly security briefing is due</h2>
<p>Read and confirm it: until then you see no personal data.</p>
<div id="briefing-text" class="briefing-text" tabindex="0" role="document" aria-label="Security briefing"></div>
<p id="briefing-problem" class="problem" role="alert" hidden></p>
<button type="button" id="briefing-confirm" class="primary briefing-confirm">I have read it and act by it</button>
</section>`;

const WELCOME = html`<main id="welcome" class="welcome" hidden>
<div class="card">
<h1 id="welcome-title" class="card-title" tabindex="-1">Explore the graph</h1>
<p id="welcome-notice" class="notice" role="status" hidden></p>
<p id="welcome-problem" class="problem" role="alert" hidden></p>
<p id="welcome-text">Ask across residences, devices, accounts and requests. You see what your role may see, and nothing else.</p>
<button type="button" id="login" class="primary">Log in</button>
<p id="welcome-aside" class="aside quiet">You log in at your company's identity provider, with two factors.</p>
</div>
</main>`;

const EXPLORER = html`<main id="explorer" class="explorer" hidden>
<h1 class="unseen">Explore the graph</h1>
<details id="guide" class="guide" open>
<summary class="guide-title">Examples and rights</summary>
<section id="identity" aria-labelledby="identity-title" hidden>
<h2 id="identity-title" class="guide-heading">You</h2>
<p id="identity-name" class="guide-line name"></p>
<p id="identity-mail" class="guide-line mail quiet"></p>
<p id="identity-company" class="guide-line"></p>
<ul id="identity-roles" class="badges" aria-label="Your roles"></ul>
</section>
<section id="examples" aria-labelledby="examples-title" hidden>
<h2 id="examples-title" class="guide-heading">Examples</h2>
<ul id="example-list" class="examples"></ul>
</section>
<section id="rights" aria-labelledby="rights-title" hidden>
<h2 id="rights-title" class="guide-heading">What you may ask</h2>
<dl id="query-list" class="fields"></dl>
<h2 id="mutations-title" class="guide-heading" hidden>What you may change</h2>
<dl id="mutation-list" class="fields"></dl>
</section>
</details>
<section class="workbench" aria-label="Query editor">
<div class="tabs" role="tablist" aria-label="Explore with">
<button type="button" role="tab" class="tab" id="tab-graphiql" aria-controls="panel-graphiql" aria-selected="true">GraphiQL</button>
<button type="button" role="tab" class="tab" id="tab-sandbox" aria-controls="panel-sandbox" aria-selected="false" tabindex="-1">Apollo Sandbox</button>
<button type="button" role="tab" class="tab" id="tab-reviews" aria-controls="panel-reviews" aria-selected="false" tabindex="-1" hidden>Reviews</button>
</div>
<section id="step-up" class="step-up" aria-labelledby="step-up-title" hidden>
<div class="step-up-message">
<h2 id="step-up-title" class="step-up-title"></h2>
<p id="step-up-text" class="step-up-text" role="status"></p>
<p id="step-up-problem" class="step-up-problem" role="alert" hidden></p>
</div>
<div class="step-up-actions">
<button type="button" id="step-up-login" class="primary"></button>
<button type="button" id="step-up-leave" class="plain"></button>
</div>
</section>
<div role="tabpanel" id="panel-graphiql" class="panel" aria-labelledby="tab-graphiql"></div>
<div role="tabpanel" id="panel-sandbox" class="panel sandbox" aria-labelledby="tab-sandbox" hidden>
<div id="sandbox-offer" class="card sandbox-offer">
<h2 class="card-title">Apollo Sandbox</h2>
<p>Sandbox is a page of Apollo's that is loaded from the internet. It is shown the schema, what you ask and what is answered. It never gets your access token, and it can ask only, not change.</p>
<p id="sandbox-problem" class="problem" role="alert" hidden></p>
<button type="button" id="sandbox-open" class="primary">Open Apollo Sandbox</button>
</div>
<p id="sandbox-waiting" class="sandbox-waiting" role="status" hidden>Loading Apollo Sandbox…</p>
</div>
${REVIEWS_PANEL}
</section>
</main>`;
