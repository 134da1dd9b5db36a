import { assert, assertEquals, assertFalse } from "@std/assert";
import { allowsPart, entityTag, matchesTag } from "../../server/entity_tag.ts";

Deno.test("entityTag() differs by paste and by form", () => {
  assertEquals([entityTag("a", null), entityTag("a", "zstd")], ['"a"', '"a-zstd"']);
});

Deno.test("matchesTag() finds a tag in a list, weak or strong", () => {
  for (const header of ['"a"', 'W/"a"', '"x", "a"', '"x",W/"a","y"', "*", " * ", '"x, y", "a"']) {
    assert(matchesTag(header, '"a"'), header);
  }
  for (const header of ['"A"', "a", '"a-zstd"', '"x, "', "", "**", '"x"', 'w"a']) {
    assertFalse(matchesTag(header, '"a"'), header);
  }
});

Deno.test("allowsPart() takes the tag itself only, never a weak one or a date", () => {
  assertEquals([allowsPart(null, '"a"'), allowsPart('"a"', '"a"')], [true, true]);
  for (const header of ['W/"a"', '"b"', "Wed, 21 Oct 2015 07:28:00 GMT", ""]) {
    assertFalse(allowsPart(header, '"a"'));
  }
});
