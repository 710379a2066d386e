import { Body, Controller, Post } from "@nestjs/common";
import { Airwallex } from "./airwallex.module.js";

@Controller("sellers")
export class SellersController {
  constructor(private readonly airwallex: Airwallex) {}

  @Post()
  async create(@Body() { identifier, email }: { identifier: string; email: string }) {
    const { id, status } = await this.airwallex.client.accounts.create({
      identifier,
      account_details: { legal_entity_type: "INDIVIDUAL" },
      primary_contact: { email },
      customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
    });
    return { id, status };
  }
}
