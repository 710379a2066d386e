/** Amounts as whole numbers of the smallest unit of their currency: nothing is ever rounded. */

/** Undefined for whatever is no amount of the currency, such as one below 0. */
export function parseUnits(amount: string | number, currency: string): bigint | undefined {
  return /^\d+(\.\d+)?$/.test(String(amount)) ? toUnits(amount, currency) : undefined;
}

/** Undefined for more decimals than the currency has. */
export function toUnits(amount: string | number, currency: string): bigint | undefined {
  const [whole = "0", part = ""] = String(amount).split(".");
  const digits = digitsOf(currency);
  const kept = part.replace(/0+$/, "");
  if (kept.length > digits) return undefined;
  return BigInt(whole + kept.padEnd(digits, "0"));
}

/** Such as `12.50`. */
export function toText(units: bigint, currency: string): string {
  if (units < 0n) return `-${toText(-units, currency)}`;
  const digits = digitsOf(currency);
  const text = String(units).padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** How the API writes an amount: a number, or its digits where a number would round them. */
export function toAmount(units: bigint, currency: string): string | number {
  const text = toText(units, currency);
  return text.replace(".", "").length <= 15 ? Number(text) : text;
}

function digitsOf(currency: string): number {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}
