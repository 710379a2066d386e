/**
 * Checks a seller before the first call for it: whether its fields are valid and its files can be read.
 */

import { type Issue, ValidationError } from "../errors/index.js";
import { accountsAgreeToTerms, accountsCreate, accountsUpdate } from "../generated/endpoints.js";
import { explain } from "../report/issues.js";
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
  const { identifier, create, files = {}, agreeToTerms } = seller;
  const issues: SellerIssue[] = [];
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

/** The data of the update, with placeholders for the ids of files that are not uploaded yet. */
export function updateOf(
  { files = {}, update }: Seller,
  fileIds: Completed["fileIds"] = {},
): object {
  const placeholders = Object.fromEntries(Object.keys(files).map((name) => [name, "<file_id>"]));
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
