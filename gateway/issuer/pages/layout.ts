/** What all pages share: one column, one heading, one style sheet, and no script unless it asks for a passkey. */
import { type Html, html } from './html.ts';

/**
 * A whole page. The title is its heading too, and tells what is to be done.
 *
 * @param scripts what it may run besides, to be sent with `sendWithScripts`
 */
export function page(title: string, content: Html, scripts?: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · Commonhold</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="data:,">
${scripts}
</head>
<body>
<main>
<p class="brand"><span aria-hidden="true" class="mark"></span>Commonhold</p>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`.text;
}

/** A message that a screen reader reads at once, and that fields refer to as `problem`. */
export function problem(text: string | undefined): Html | undefined {
  return text === undefined ? undefined : html`<p class="problem" id="problem" role="alert">${text}</p>`;
}

/** Ties a field to the message above it. */
export function describedByProblem(text: string | undefined): Html | undefined {
  return text === undefined ? undefined : html` aria-invalid="true" aria-describedby="problem"`;
}
