/**
 * Reads `multipart/form-data` as clients of every language write it. Browsers quote all parameters and
 * write `%22` for a quote, Go and older curl escape it with a backslash, .NET leaves out the quotes and
 * adds `filename*`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7578
 * @see https://www.rfc-editor.org/rfc/rfc5987 for `filename*`
 */

export interface Part {
  readonly name: string;
  /** Undefined for a field that is not a file. */
  readonly filename: string | undefined;
  /** Empty if the part has none, or one with other characters than printable ASCII. */
  readonly contentType: string;
  readonly content: Buffer;
}

/** The parts of a body, in order; undefined if the body is not complete, well-formed multipart. */
export function readMultipart(contentType: string, body: Uint8Array): readonly Part[] | undefined {
  const [type = ""] = contentType.split(";", 1);
  const boundary = parameters(contentType).get("boundary");
  if (type.trim().toLowerCase() !== "multipart/form-data" || !boundary) return undefined;
  const parts = split(body, boundary)?.map(readPart);
  return parts?.every((part) => part !== undefined) ? parts : undefined;
}

const lineEnd = "\r\n";

/** What is between the boundaries; undefined if the last one is missing. */
function split(body: Uint8Array, boundary: string): readonly Buffer[] | undefined {
  // With a line end before it, the first boundary is like all others.
  const text = Buffer.concat([Buffer.from(lineEnd), body]);
  const found: Buffer[] = [];
  let at = findBoundary(text, boundary, 0);
  while (at !== undefined && !at.isLast) {
    const next = findBoundary(text, boundary, at.end - lineEnd.length);
    if (next === undefined) return undefined;
    found.push(text.subarray(at.end, Math.max(at.end, next.start)));
    at = next;
  }
  return at && found;
}

interface Boundary {
  /** Where the line end before it starts, which belongs to it. */
  readonly start: number;
  /** Where the part after it starts. */
  readonly end: number;
  readonly isLast: boolean;
}

/** The first boundary from a place on. A line that only begins like one is content. */
function findBoundary(text: Buffer, boundary: string, from: number): Boundary | undefined {
  const delimiter = `${lineEnd}--${boundary}`;
  for (let start = text.indexOf(delimiter, from); start >= 0; ) {
    const after = start + Buffer.byteLength(delimiter);
    const [rest] = /^(?:--|[ \t]*\r\n)/.exec(text.toString("latin1", after, after + 80)) ?? [];
    if (rest !== undefined) return { start, end: after + rest.length, isLast: rest === "--" };
    start = text.indexOf(delimiter, after);
  }
  return undefined;
}

function readPart(raw: Buffer): Part | undefined {
  const end = raw.indexOf(lineEnd + lineEnd);
  if (end < 0) return undefined;
  const headers = readHeaders(raw.subarray(0, end));
  const disposition = headers.get("content-disposition") ?? "";
  const given = parameters(disposition);
  const name = given.get("name");
  if (!/^form-data\s*(;|$)/i.test(disposition) || name === undefined) return undefined;
  const type = headers.get("content-type") ?? "";
  const content = raw.subarray(end + 2 * lineEnd.length);
  const encoding = headers.get("content-transfer-encoding")?.toLowerCase();
  return {
    name,
    filename: extended(given.get("filename*")) ?? given.get("filename"),
    contentType: /^[\x20-\x7e]*$/.test(type) ? type : "",
    content: encoding === "base64" ? Buffer.from(content.toString("latin1"), "base64") : content,
  };
}

/** Names in lower case. A header that is not UTF-8 is read as ISO 8859-1. */
function readHeaders(raw: Buffer): ReadonlyMap<string, string> {
  const utf8 = raw.toString("utf8");
  const lines = (utf8.includes("\ufffd") ? raw.toString("latin1") : utf8).split(lineEnd);
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  return new Map(headers);
}

const parameter = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/g;

/** The parameters after the first semicolon of a header, by their names in lower case. */
function parameters(header: string): ReadonlyMap<string, string> {
  const found = [...header.matchAll(parameter)].map(([, name = "", quoted, plain = ""]) => {
    const value = quoted === undefined ? plain.trim() : unquote(quoted);
    return [name.toLowerCase(), value] as const;
  });
  return new Map(found);
}

/** A backslash escapes a quote or a backslash; elsewhere it stands for itself, as in `C:\scan.png`. */
function unquote(text: string): string {
  const marks: Readonly<Record<string, string>> = { "%22": '"', "%0D": "\r", "%0A": "\n" };
  return text
    .replace(/\\(["\\])/g, "$1")
    .replace(/%(?:22|0D|0A)/gi, (code) => marks[code.toUpperCase()] ?? code);
}

/** A value such as `UTF-8'en'na%C3%AFve.png`; undefined if it is none. */
function extended(value: string | undefined): string | undefined {
  const [, charset = "", encoded = ""] = /^([\w-]+)'[\w-]*'(.*)$/.exec(value ?? "") ?? [];
  const bytes = encoded.replace(/%[0-9a-f]{2}/gi, (code) =>
    String.fromCharCode(Number.parseInt(code.slice(1), 16)),
  );
  if (/^utf-8$/i.test(charset)) return Buffer.from(bytes, "latin1").toString("utf8");
  return /^iso-8859-1$/i.test(charset) ? bytes : undefined;
}
