import { assert, assertFalse } from "@std/assert";
import { isPreview } from "../../server/preview.ts";

Deno.test("isPreview() knows chats, crawlers and browsers that fetch ahead", () => {
  const agents = [
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Twitterbot/1.0",
    "facebookexternalhit/1.1",
    "WhatsApp/2.23.20.0",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "TelegramBot (like TwitterBot)",
    "SkypeUriPreview Preview/0.5",
    "Mozilla/5.0 (compatible; Googlebot/2.1)",
  ];
  for (const agent of agents) assert(isPreview(new Headers({ "User-Agent": agent })), agent);
  for (const name of ["Purpose", "Sec-Purpose", "X-Moz"]) {
    assert(isPreview(new Headers({ [name]: "prefetch;prerender" })), name);
  }
});

Deno.test("isPreview() lets people, curl and scripts through", () => {
  const agents = ["curl/7.88.1", "Wget/1.21", "python-requests/2.31", "", "Mozilla/5.0 (X11; rv:128.0) Firefox/128.0"];
  for (const agent of agents) assertFalse(isPreview(new Headers({ "User-Agent": agent })), agent);
});
