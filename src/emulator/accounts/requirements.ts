/**
 * What a review finds wrong: the three ways into ACTION_REQUIRED.
 *
 * @see https://www.airwallex.com/docs/developer-tools/sandbox-environment/connected-accounts/simulate-connected-account-status-transition
 */

import { entryOf } from "../../checks/values.js";
import type {
  AccountRequirements,
  IdentificationRequirement,
  IndividualDetails,
  IndividualIdentification,
} from "../../generated/index.js";
import { documentMembers } from "../../kyc/identification.js";
import { isIndividual } from "../../kyc/missing.js";
import type { AccountRecord } from "../engine/account-record.js";

/**
 * The id of a file that never passes identity verification. Use it in an individual's identification, then
 * simulate with `force: false`.
 */
export const failingFileId =
  "NTZiN2NkNWUtYmUxNC00NTE2LTllNGMtZTNjNzU0ZGU2ZmE1LHwsaG9uZ2tvbmcsfCxBaXJ3YWxsZXgtbG9nby5wbmdfMTY0Nzk5NTgwNTIzNw";

/** Everything that applies; empty if nothing does. */
export function findRequirements(
  record: AccountRecord,
  requireOwnerConsent: boolean,
): AccountRequirements {
  const individual = isIndividual({ account_details: record.details });
  return {
    ...(record.agreements.agreed_to_terms_and_conditions === true ? {} : agreement(record.id)),
    ...(individual ? identity(record.details.individual_details ?? {}) : {}),
    ...(individual || record.ownerApproved || !requireOwnerConsent ? {} : ownerApproval),
  };
}

function agreement(id: string): AccountRequirements {
  return {
    agreement_to_terms_and_conditions_required: {
      endpoint: `/api/v1/accounts/${id}/terms_and_conditions/agree`,
      method: "POST",
      message: "The review is passed. The account becomes active once its terms are agreed to.",
    },
  };
}

/** The API has no member for this requirement, so it is stated in words. */
const ownerApproval: AccountRequirements = {
  other: [
    {
      error_code: "OTHER",
      message: "The owner of the account has not approved the connection to the platform.",
    },
  ],
};

function identity(details: IndividualDetails): AccountRequirements {
  const { primary, secondary } = details.identifications ?? {};
  const failedPrimary = failedDocument(primary, details);
  const failedSecondary = failedDocument(secondary, details);
  return {
    ...(failedPrimary && { primary_identification_required: [failedPrimary] }),
    ...(failedSecondary && { secondary_identification_required: [failedSecondary] }),
    ...failedPhotos(details),
  };
}

interface Sides {
  readonly front_file_id?: string | null | undefined;
  readonly back_file_id?: string | null | undefined;
}

/**
 * Only the document that the type names is checked: after an update to another type, the one that failed
 * is still there.
 */
function failedDocument(
  identification: IndividualIdentification | null | undefined,
  { first_name, middle_name, last_name }: IndividualDetails,
): IdentificationRequirement | undefined {
  const holder = entryOf(documentMembers, identification?.identification_type ?? "");
  const document = holder && (identification?.[holder] as Sides | null | undefined);
  const { front_file_id, back_file_id } = document ?? {};
  if (!fails(front_file_id) && !fails(back_file_id)) return undefined;
  return {
    error_code: "DOCUMENT_VALIDATION_FAILED",
    message: "The identity document could not be verified.",
    ...given({ first_name, middle_name, last_name, front_file_id, back_file_id }),
  };
}

function failedPhotos(details: IndividualDetails): AccountRequirements {
  const { live_selfie_file_id: selfie, photo_holding_identification_file_id: holding } = details;
  const message = "The photo could not be matched with the identity document.";
  return {
    ...(fails(selfie) && {
      photo_file_id_required: { error_code: "OTHER", message, ...given({ photo_file_id: selfie }) },
    }),
    ...(fails(holding) && {
      photo_holding_id_required: [
        { error_code: "FACE_MATCHING_FAILED", message, ...given({ photo_file_id: holding }) },
      ],
    }),
  };
}

/** File ids occur with and without base64 padding. */
function fails(fileId: string | null | undefined): boolean {
  return fileId?.replace(/=+$/, "") === failingFileId;
}

function given<T extends object>(members: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null),
  ) as Partial<T>;
}
