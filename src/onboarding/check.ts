/**
 * Checks a seller before the first call for it: whether its fields are valid and its files can be read.
 */

import { closest } from "../checks/closest.js";
import { allOf } from "../checks/options.js";
import { isObject, kindOf } from "../checks/values.js";
import { type Issue, ValidationError } from "../errors/index.js";
import { accountsAgreeToTerms, accountsCreate, accountsUpdate } from "../generated/endpoints.js";
import { explain, shown } from "../report/issues.js";
import { checkUpload } from "../resources/files.js";
import type { Shape } from "../schemas/shape.js";
import type { OnboardingStep, Seller, SellerFile } from "./types.js";

/** A problem with a seller, and the step that would fail. The path starts at a member of the seller. */
export interface SellerIssue extends Issue {
  readonly step: OnboardingStep;
}

/** What a seller has already completed, and is not checked again. */
export interface Completed {
  readonly created: boolean;
  readonly updated: boolean;
  /** Keyed by file name. */
  readonly fileIds: Readonly<Record<string, string>>;
}

const nothing: Completed = { created: false, updated: false, fileIds: {} };

/** Every problem, in the order of the steps. Rejects with what `update` throws. */
export async function checkSeller(
  seller: Seller,
  { created, updated, fileIds }: Completed = nothing,
): Promise<readonly SellerIssue[]> {
  const { identifier, create, agreeToTerms } = seller;
  const files = isObject(seller.files) ? seller.files : {};
  const issues = misspelt(seller);
  const add = (step: OnboardingStep, member: string, found: readonly Issue[]): void => {
    issues.push(...found.map((issue) => ({ ...issue, path: [member, ...issue.path], step })));
  };
  if (!created)
    add("create", "create", await misfits(accountsCreate.body, { ...create, identifier }));
  if (!updated) {
    for (const [name, file] of Object.entries(files)) {
      if (Object.hasOwn(fileIds, name)) continue;
      add("upload", "files", below(name, await fileIssues(file)));
    }
    add("update", "update", await misfits(accountsUpdate.body, updateOf(seller, fileIds)));
  }
  if (typeof agreeToTerms === "object") {
    add("agree", "agreeToTerms", await misfits(accountsAgreeToTerms.body, agreeToTerms));
  }
  return issues;
}

const memberNames = allOf<keyof Seller>({
  identifier: true,
  create: true,
  files: true,
  update: true,
  agreeToTerms: true,
  waitFor: true,
});

/** What is wrong with the members of the seller itself: each would be left out without a word. */
function misspelt(seller: Seller): SellerIssue[] {
  const { files, agreeToTerms, waitFor } = seller as { readonly [Name in keyof Seller]: unknown };
  const issues: SellerIssue[] = [];
  const add = (name: string, message: string, near?: string): void => {
    const suggestion = near === undefined ? {} : { suggestion: near };
    issues.push({ step: "create", path: [shown(name)], message, ...suggestion });
  };
  for (const name of Object.keys(seller)) {
    if (!memberNames.has(name)) add(name, "is not a known field", closest(name, [...memberNames]));
  }
  if (files !== undefined && !isObject(files)) {
    add("files", `is ${kindOf(files)}, expected an object of files by name`);
  }
  if (agreeToTerms !== undefined && typeof agreeToTerms !== "boolean" && !isObject(agreeToTerms)) {
    add("agreeToTerms", `is ${kindOf(agreeToTerms)}, expected true, or the evidence as an object`);
  }
  if (waitFor !== undefined && !statuses.includes(waitFor as string)) {
    const near = typeof waitFor === "string" ? closest(waitFor, statuses) : undefined;
    add("waitFor", `is not allowed, expected one of ${statuses.join(", ")}`, near);
  }
  return issues;
}

const statuses: readonly string[] = ["ACTIVE", "SUBMITTED"] satisfies NonNullable<
  Seller["waitFor"]
>[];

/** The data of the update, with placeholders for the ids of files that are not uploaded yet. */
export function updateOf({ files, update }: Seller, fileIds: Completed["fileIds"] = {}): object {
  const names = isObject(files) ? Object.keys(files) : [];
  const placeholders = Object.fromEntries(names.map((name) => [name, "<file_id>"]));
  return (typeof update === "function" ? update({ ...placeholders, ...fileIds }) : update) ?? {};
}

export function isSellerFile(file: SellerFile | SellerFile["file"]): file is SellerFile {
  return typeof file === "object" && "file" in file;
}

async function misfits(
  shape: Shape<unknown> | undefined,
  value: unknown,
): Promise<readonly Issue[]> {
  return shape && !(await shape.fits(value)) ? await explain(shape, value) : [];
}

async function fileIssues(file: SellerFile | SellerFile["file"]): Promise<readonly Issue[]> {
  const { file: source, ...params } = isSellerFile(file) ? file : { file };
  try {
    await checkUpload(source, params);
    return [];
  } catch (error) {
    if (error instanceof ValidationError) return error.issues;
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === undefined ? "" : ` (${code})`;
    return [
      { path: [], message: `cannot be read${reason}, expected a path, bytes, a Blob or a stream` },
    ];
  }
}

function below(name: string, issues: readonly Issue[]): readonly Issue[] {
  // The name already stands for the file itself.
  return issues.map(({ path, ...issue }) => {
    const rest = path[0] === "file" ? path.slice(1) : path;
    return { ...issue, path: [name, ...rest] };
  });
}
