/** Options that make no sense are refused at once. */

import { createEmulator, type OAuthOptions } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { allowsRedirect } from "../../../src/emulator/oauth/redirect-uri.js";
import { publicApp, usualApp } from "./app.js";

test.each<[string, OAuthOptions]>([
  ["an app without a client id", { apps: [{ ...usualApp, clientId: "" }] }],
  ["an app without a secret", { apps: [{ ...usualApp, clientSecret: undefined }] }],
  ["a public app with a secret", { apps: [{ ...publicApp, clientSecret: "x" }] }],
  ["two apps with the same id", { apps: [usualApp, usualApp] }],
  ["an invalid redirect URI", { apps: [{ ...usualApp, redirectUris: ["callback"] }] }],
  ["a lifetime of zero", { accessTokenLifetimeMs: 0 }],
  ["an infinite lifetime", { refreshTokenLifetimeMs: Number.POSITIVE_INFINITY }],
  ["a negative grace", { graceMs: -1 }],
  ["a lifetime that is not a number", { codeLifetimeMs: Number.NaN }],
])("%s is refused", (_, oauth) => {
  expect(() => createEmulator({ oauth })).toThrow(RangeError);
});

test.each([
  ["http://127.0.0.1:*", "http://127.0.0.1:3000/callback?a=1", true],
  ["http://127.0.0.1:*", "http://127.0.0.1/", true],
  ["http://127.0.0.1:*", "https://127.0.0.1:3000/", false],
  ["http://127.0.0.1:*", "http://127.0.0.1.example:3000/", false],
  ["http://localhost:*", "http://localhost:1@elsewhere.example/", false],
  ["http://localhost:*", "http://user@localhost:1/", false],
  ["http://localhost:*", "http://localhost:3000/#part", false],
  ["https://a.example/cb", "https://a.example/cb", true],
  ["https://a.example/cb", "https://a.example/cb/", false],
  ["https://a.example/cb", "https://a.example/cb?x=1", false],
  ["https://a.example/cb", "https://a.example/cb/../other", false],
  ["app.example:/cb", "app.example:/cb", true],
  ["http://localhost:*", "not a url", false],
  ["http://127.0.0.1:*", "http://127.0.0.1:80\\@elsewhere.example/", false],
  ["http://127.0.0.1:*", "http:\\\\127.0.0.1/", false],
  ["http://localhost:*", "http://localhost:3000/\tcallback", false],
  ["http://localhost:*", "http://local\nhost/", false],
  ["http://localhost:*", " http://localhost/", false],
  ["http://localhost:*", "http://localhost.:3000/", false],
  ["http://localhost:*", "HTTP://LOCALHOST:3000/callback", true],
])("an app with %s allows %s: %s", (entry, uri, allowed) => {
  expect(allowsRedirect({ clientId: "x", redirectUris: [entry] }, uri)).toBe(allowed);
});
