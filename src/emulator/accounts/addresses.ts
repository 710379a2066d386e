/** Since version 2026-07-17 an address without a country is refused. */

import { addressFields } from "../../kyc/input-shape.js";
import { fieldRequired } from "../engine/refusal.js";

/** @throws Refusal for the first address without a country in a body. */
export function requireCountries(value: unknown, path = ""): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, child] of Object.entries(value)) {
    const below = Array.isArray(value) ? `${path}[${name}]` : join(path, name);
    if (addressFields.has(name) && lacksCountry(child)) {
      throw fieldRequired(`${below}.country_code`);
    }
    requireCountries(child, below);
  }
}

function lacksCountry(address: unknown): boolean {
  return typeof address === "object" && address !== null && !("country_code" in address);
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
