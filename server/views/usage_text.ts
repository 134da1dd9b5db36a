/**
 * What curl gets to see at `/`.
 *
 * @module
 */

import type { Site } from "./home_page.ts";
import { formatSize } from "../size.ts";
import { exampleLife, lifeChoices } from "./life_choices.ts";

/** Where the remarks behind the first two examples begin, from the query on. */
const QUERY_WIDTH = 21;

/**
 * Renders the usage.
 *
 * @param site Titles and limits.
 * @param base What links to this instance begin with.
 * @returns Plain text, ending in a line break.
 */
export function usageText(site: Site, base: string): string {
  const limit = formatSize(site.maxBytes);
  const life = exampleLife(site);
  const lives = lifeChoices(site).map(({ value, isDefault }) => isDefault ? `${value} (usual)` : value).join(", ");
  return `${site.title}: ${site.subtitle}

Send text, up to ${limit}, and get its link on one line:

  some-command | curl -F '_=<-' ${base}/
  some-command | curl --data-binary @- ${base}/
  curl -T app.log ${base}/
  gzip -c app.log | curl --data-binary @- -H 'Content-Encoding: gzip' ${base}/

${tokenText(site)}With options, as query, form field (-F expire=${life}) or header (Expires-In, X-Burn):

  curl -T app.log '${base}/${`?expire=${life}'`.padEnd(QUERY_WIDTH)}${lives}
  curl -T app.log '${base}/${"?burn=1'".padEnd(QUERY_WIDTH)}deleted once it was read
  some-command | curl --data-binary @- '${base}/?name=app.log'
  curl -T app.log -H 'Accept: application/json' ${base}/

Read it, byte for byte, or only some lines:

  curl ${base}/<id>
  curl -r -1000 ${base}/<id>                     the last 1000 bytes
  curl '${base}/<id>?grep=timeout|refused'       a regular expression
  curl '${base}/<id>?tail=100'                   or head=100, lines=20-40

Delete it, with the token that came with the link (curl -i shows it):

  curl -X DELETE -H 'X-Delete-Token: <token>' ${base}/<id>

Or have all that as one command for your shell:

  eval "$(curl -sS ${base}/cli)"
  some-command | paste -e ${life}
  paste app.log
  paste -d <id>
`;
}

function tokenText({ tokenRequired }: Site): string {
  if (!tokenRequired) return "";
  return `That needs a token of the operator's:

  curl -H 'Authorization: Bearer <token>' …

`;
}
