import { Controller, Post, Req, Res } from "@nestjs/common";
import { createWebhooks, nodeHandler } from "airwallex-connect/webhooks";
import type { Request, Response } from "express";

@Controller("webhooks")
export class WebhooksController {
  private readonly handle = nodeHandler(
    createWebhooks({ secrets: process.env.AIRWALLEX_WEBHOOK_SECRET! }).on(
      "account.active",
      ({ accountId }) => console.log(accountId, "can be paid"),
    ),
    { onError: console.error },
  );

  @Post()
  receive(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.handle(request, response);
  }
}
