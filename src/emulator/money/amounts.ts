/** Amounts as whole numbers of the smallest unit of their currency, so that nothing is ever rounded. */

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"));

/** Whether it is the code of a currency (ISO 4217). */
export const isCurrency = (code: string): boolean => currencies.has(code);

/** Undefined if this is not an amount in the currency, such as a negative number, or if there is none. */
export function parseUnits(amount: string | number, currency: string): bigint | undefined {
  if (!isCurrency(currency)) return undefined;
  return /^\d+(\.\d+)?$/.test(String(amount)) ? toUnits(amount, currency) : undefined;
}

/** Undefined if there are more decimals than the currency has. */
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

/** An amount as the API writes it: a number, or a string if a number might round it. */
export function toAmount(units: bigint, currency: string): string | number {
  const text = toText(units, currency);
  return text.replace(".", "").length <= 15 ? Number(text) : text;
}

function digitsOf(currency: string): number {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

/** A decimal as a whole number of the part that the scale names; undefined if it is no decimal. */
export function fromNumber(value: string | number, scale: bigint): bigint | undefined {
  const [, whole = "", part = ""] = /^(\d+)(?:\.(\d+))?$/.exec(String(value)) ?? [];
  if (whole === "") return undefined;
  const digits = String(scale).length - 1;
  return BigInt(whole + part.slice(0, digits).padEnd(digits, "0"));
}

export const toNumber = (scaled: bigint, scale: bigint): number => Number(scaled) / Number(scale);

/** A whole, in the parts in which percentages are counted: they have 4 decimals at most. */
export const wholeParts = 1_000_000n;
