import { assertEquals, assertThrows } from "@std/assert";
import { childElements, childText, escapeXml, parseXml } from "../../../replicate/s3/xml.ts";

Deno.test("parseXml() keeps all values as text", () => {
  const root = parseXml(
    "<?xml version='1.0'?><R xmlns='u'><A>007</A><B> x </B><C/><D>&lt;&#228;&#xE4;&amp;lt;&#1114112;&x;</D></R>\n",
    "R",
  );
  assertEquals(childText(root, "A"), "007");
  assertEquals(childText(root, "B"), " x ");
  assertEquals(childText(root, "C"), "");
  assertEquals(childText(root, "D"), "<ää&lt;&#1114112;&x;");
  assertEquals(childText(root, "E"), null);
});

Deno.test("parseXml() takes an empty root in every spelling, and a prefixed one", () => {
  for (const text of ["<R></R>", "<R/>", "<R xmlns='u'/>", "<R>\n</R>", "<s3:R></s3:R>"]) {
    assertEquals(childElements(parseXml(text, "R"), "A"), []);
  }
});

Deno.test("parseXml() throws when the document is cut off, empty, or another", () => {
  for (const text of ["", "plain", "<R><A>x</A>", "<R><A>x</A></", "<Q></Q>", "<html><body>R</body></html>"]) {
    assertThrows(() => parseXml(text, "R"), SyntaxError, "Cannot read the reply");
  }
});

Deno.test("childElements() gives one, several or none", () => {
  assertEquals(childElements(parseXml("<R><A><K>1</K></A></R>", "R"), "A"), [{ K: "1" }]);
  assertEquals(childElements(parseXml("<R><A><K>1</K></A><A><K>2</K></A></R>", "R"), "A"), [{ K: "1" }, { K: "2" }]);
  assertEquals(childElements(parseXml("<R><A>text</A></R>", "R"), "A"), []);
});

Deno.test("parseXml() reads a thousand objects with quotes in their ETags", () => {
  const entry = "<A><K>&amp;&lt;&gt;&quot;&apos;&#233;</K><E>&quot;0123&quot;</E></A>";
  assertEquals(childElements(parseXml(`<R>${entry.repeat(1000)}</R>`, "R"), "A").length, 1000);
});

Deno.test("escapeXml() writes what parseXml() reads", () => {
  const text = "a & b < c > d \"e\" 'f' \n\t ü 😀 &amp; &#65;";
  assertEquals(childText(parseXml(`<R><A>${escapeXml(text)}</A></R>`, "R"), "A"), text);
});
