/**
 * What curl gets to see at `/`.
 *
 * @module
 */

import { format } from "@std/fmt/bytes";
import type { Site } from "./home_page.ts";

/**
 * Renders the usage.
 *
 * @param site Titles and limits.
 * @param base What links to this instance begin with.
 * @returns Plain text, ending in a line break.
 */
export function usageText(site: Site, base: string): string {
  const limit: string = format(site.maxBytes, { binary: true });
  return `${site.title}: ${site.subtitle}

Send text, get its link on one line:

  some-command | curl -F '_=<-' ${base}/
  some-command | curl --data-binary @- ${base}/
  curl -T app.log ${base}/
  curl -F f=@app.log ${base}/

Get JSON instead:

  curl -T app.log -H 'Accept: application/json' ${base}/

Read it back, byte for byte:

  curl ${base}/<id>

A paste may have up to ${limit}.
`;
}
