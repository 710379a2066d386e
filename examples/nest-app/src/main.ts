/** Opens accounts and receives webhooks. docs/frameworks.md explains each file. */

import "reflect-metadata";
import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { AirwallexModule } from "./airwallex.module.js";
import { SellersController } from "./sellers.controller.js";
import { WebhooksController } from "./webhooks.controller.js";

@Module({ imports: [AirwallexModule], controllers: [SellersController, WebhooksController] })
class AppModule {}

// rawBody keeps the bytes of each body beside the parsed one.
const app = await NestFactory.create(AppModule, { rawBody: true });
app.enableShutdownHooks();
await app.listen(process.env.PORT ?? 3000);
