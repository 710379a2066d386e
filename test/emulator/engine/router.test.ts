/** Which route answers a path. */

import { expect, test } from "vitest";
import { createRouter } from "../../../src/emulator/engine/router.js";

const router = createRouter([
  { method: "GET", path: "/accounts/{id}", name: "one" },
  { method: "GET", path: "/accounts/current", name: "current" },
  { method: "POST", path: "/accounts/{id}/submit", name: "submit" },
]);

test("find() prefers the route with fewer variables", () => {
  expect(router.find("GET", "/accounts/current").route?.name).toBe("current");
  expect(router.find("GET", "/accounts/other").route?.name).toBe("one");
});

test("find() decodes the values of variables", () => {
  expect(router.find("POST", "/accounts/a%2Fb%20c/submit")).toMatchObject({
    params: { id: "a/b c" },
  });
});

test("find() lists the methods of a path, and none for an unknown one", () => {
  expect(router.find("POST", "/accounts/x")).toEqual({ route: undefined, allowed: ["GET"] });
  expect(router.find("GET", "/accounts/")).toEqual({ route: undefined, allowed: [] });
  expect(router.find("GET", "/accounts//")).toEqual({ route: undefined, allowed: [] });
});
