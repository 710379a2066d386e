import { Global, Injectable, Module, type OnApplicationShutdown } from "@nestjs/common";
import { type Client, createClient } from "airwallex-connect";

/** Inject it where you need it: `constructor(private readonly airwallex: Airwallex) {}` */
@Injectable()
export class Airwallex implements OnApplicationShutdown {
  readonly client: Client<"sandbox"> = createClient({
    environment: "sandbox",
    clientId: process.env.AIRWALLEX_CLIENT_ID!,
    apiKey: process.env.AIRWALLEX_API_KEY!,
    // Only set on your machine, to use the emulator.
    baseUrl: process.env.AIRWALLEX_BASE_URL,
  });

  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
  }
}

@Global()
@Module({ providers: [Airwallex], exports: [Airwallex] })
export class AirwallexModule {}
