/** Opens an account for the person who filled in the form, or finds the one that an earlier try opened. */

import { isAirwallexError } from "airwallex-connect";
import { airwallex, appUrl } from "../../lib/airwallex";

export async function POST(request: Request): Promise<Response> {
  const form = await request.formData();
  const text = (name: string): string => String(form.get(name) ?? "").trim();
  // An app takes the id of the user who is logged in, not an address that anybody can type.
  const identifier = `seller-${text("email")}`;
  try {
    const [known] = (await airwallex().accounts.list({ identifier })).items;
    const account = known ?? (await create(identifier, text));
    return Response.redirect(`${appUrl()}/?account=${account.id}`, 303);
  } catch (error) {
    if (!isAirwallexError(error)) throw error;
    console.error(error.message);
    return new Response("Your account could not be opened. Please try again.", { status: 502 });
  }
}

function create(identifier: string, text: (name: string) => string) {
  return airwallex().accounts.create({
    identifier,
    account_details: {
      legal_entity_type: "INDIVIDUAL",
      individual_details: { first_name: text("first_name"), last_name: text("last_name") },
    },
    primary_contact: { email: text("email") },
    customer_agreements: {
      agreed_to_data_usage: true,
      agreed_to_terms_and_conditions: text("terms") === "on",
    },
  });
}
