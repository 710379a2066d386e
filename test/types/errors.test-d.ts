/** How errors narrow. Checked by tsc; never run. */

import { expectTypeOf } from "vitest";
import {
  type Account,
  AccountStatusError,
  type AirwallexError,
  type ApiCode,
  ApiError,
  AuthenticationError,
  type FieldError,
  type Issue,
  isAirwallexError,
  NetworkError,
  type Outcome,
  type ScaRequiredError,
  SdkError,
  type SdkErrorCode,
  ShapeError,
  ValidationError,
} from "../../src/index.js";

declare const caught: unknown;

// isAirwallexError() narrows, and then the code narrows further
if (isAirwallexError(caught)) {
  expectTypeOf(caught).toEqualTypeOf<AirwallexError>();
  expectTypeOf<typeof caught.code>().toEqualTypeOf<SdkErrorCode>();
  switch (caught.code) {
    case "invalid_request":
    case "forbidden":
    case "not_found":
    case "conflict":
    case "rate_limited":
    case "server_error":
    case "refused":
      expectTypeOf(caught).toEqualTypeOf<ApiError>();
      expectTypeOf(caught.fieldErrors).toEqualTypeOf<readonly FieldError[]>();
      expectTypeOf(caught.body).toBeUnknown();
      break;
    case "login_refused":
    case "token_refused":
      expectTypeOf(caught).toEqualTypeOf<AuthenticationError>();
      break;
    case "sca_required":
      expectTypeOf(caught).toEqualTypeOf<ScaRequiredError>();
      expectTypeOf(caught.scaSessionCode).toEqualTypeOf<string | undefined>();
      break;
    case "timeout":
    case "unreachable":
    case "response_lost":
      expectTypeOf(caught).toEqualTypeOf<NetworkError>();
      expectTypeOf(caught.outcome).toEqualTypeOf<Outcome>();
      break;
    case "unexpected_shape":
    case "unreadable_response":
    case "repeated_page":
      expectTypeOf(caught).toEqualTypeOf<ShapeError>();
      expectTypeOf(caught.data).toBeUnknown();
      break;
    case "status_unreachable":
    case "status_timeout":
      expectTypeOf(caught).toEqualTypeOf<AccountStatusError>();
      expectTypeOf(caught.account).toEqualTypeOf<Account | undefined>();
      break;
    case "invalid_input":
      expectTypeOf(caught).toEqualTypeOf<ValidationError>();
      expectTypeOf(caught.issues).toEqualTypeOf<readonly Issue[]>();
      expectTypeOf(caught.outcome).toEqualTypeOf<"not_done">();
      break;
  }
  // @ts-expect-error: no such code
  if (caught.code === "not_a_code") throw caught;
  // @ts-expect-error: not every error has a status
  caught.status;
}

// instanceof narrows as well
if (caught instanceof ApiError) expectTypeOf(caught.status).toBeNumber();
// any code is allowed, and the documented ones are suggested
if (caught instanceof ApiError) {
  expectTypeOf(caught.apiCode).toEqualTypeOf<ApiCode | undefined>();
  expectTypeOf<string>().toExtend<ApiCode>();
}
if (caught instanceof NetworkError) expectTypeOf(caught.phase).toBeString();
if (caught instanceof SdkError) expectTypeOf(caught.code).toBeString();
for (const one of [AuthenticationError, ShapeError, ValidationError, AccountStatusError]) {
  if (caught instanceof one) expectTypeOf(caught.message).toBeString();
}

// An error is readonly, and the base class cannot be constructed
declare const error: ApiError;
// @ts-expect-error: readonly
error.status = 200;
// @ts-expect-error: readonly
error.code = "refused";
// @ts-expect-error: abstract
new SdkError("x", "y");
