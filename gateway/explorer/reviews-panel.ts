/** Where reviews of grants are shown, for those who decide in them. The page's scripts fill it in. */
import { html } from '../issuer/pages/html.ts';

export const REVIEWS_PANEL = html`<div role="tabpanel" id="panel-reviews" class="panel reviews" aria-labelledby="tab-reviews" hidden>
<div class="reviews-body">
<div class="reviews-head">
<div class="reviews-what">
<h2 id="reviews-title" class="reviews-title">Reviews</h2>
<p id="reviews-summary" class="reviews-line quiet"></p>
</div>
<div id="reviews-exports" class="reviews-actions" hidden>
<button type="button" id="reviews-csv" class="plain">Export CSV</button>
<button type="button" id="reviews-json" class="plain">Export JSON</button>
</div>
</div>
<form id="reviews-start" class="reviews-start" hidden>
<label class="reviews-field">Name <input id="reviews-name" name="name" required maxlength="100"></label>
<label class="reviews-field">Ends in days <input id="reviews-days" name="days" type="number" required min="7" max="60" value="30"></label>
<button type="submit" class="primary">Start a review</button>
</form>
<div id="reviews-progress" class="reviews-progress" hidden>
<progress id="reviews-bar" aria-labelledby="reviews-counts"></progress>
<p id="reviews-counts" class="reviews-line"></p>
</div>
<p id="reviews-status" class="reviews-line" role="status" hidden></p>
<p id="reviews-problem" class="reviews-problem" role="alert" hidden></p>
<div id="reviews-filters" class="reviews-filters" hidden>
<label class="reviews-field">Review <select id="reviews-choice"></select></label>
<label class="reviews-field">Show <select id="reviews-filter">
<option value="all">All grants</option>
<option value="undecided">Those that wait for a decision</option>
<option value="remove">Those proposed for removal</option>
</select></label>
</div>
<table id="reviews-table" class="reviews-table" hidden>
<caption class="unseen">Grants under review, by person</caption>
<thead><tr><th scope="col">Role</th><th scope="col">For</th><th scope="col">In force</th><th scope="col">Last use</th><th scope="col">Proposal</th><th scope="col">Decision</th></tr></thead>
</table>
<nav id="reviews-pages" class="reviews-actions" aria-label="Pages" hidden>
<button type="button" id="reviews-previous" class="plain">Previous</button>
<button type="button" id="reviews-next" class="plain">Next</button>
</nav>
</div>
</div>`;
