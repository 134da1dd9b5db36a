import { assertEquals } from "@std/assert";
import { problemOf } from "../../static/problems.js";

Deno.test("problemOf() takes the server's line, and never a page or nothing", () => {
  assertEquals(problemOf(413, "Cannot store it\n"), "Cannot store it");
  for (const body of ["", " \n", "<html><h1>502</h1></html>"]) {
    assertEquals(problemOf(502, body), "The server answered with status 502: try again");
  }
});
