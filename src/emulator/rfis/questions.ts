/** The questions of requests that are opened without any. */

import type { RfiAnswerTypeInput, RfiTypeInput } from "../../generated/index.js";
import type { World } from "../engine/world.js";
import type { QuestionRecord } from "./rfi-record.js";

interface Topic {
  readonly asks: RfiAnswerTypeInput;
  readonly key?: string;
  readonly title?: QuestionRecord["title"];
  readonly sources?: QuestionRecord["sources"];
}

const titles: Readonly<Record<RfiAnswerTypeInput, QuestionRecord["title"]>> = {
  ADDRESS: { en: "Confirm the address", zh: "请确认地址" },
  ATTACHMENT: { en: "Upload a document", zh: "请上传文件" },
  CONFIRMATION: { en: "Confirm that the information is correct", zh: "请确认信息无误" },
  IDENTITY_DOCUMENT: { en: "Provide an identity document", zh: "请提供身份证件" },
  LIVENESS: { en: "Complete the liveness check", zh: "请完成活体检测" },
  TEXT: { en: "Provide more information", zh: "请补充信息" },
};

const proofOfAddress: Topic = {
  asks: "ATTACHMENT",
  key: "PROOF_OF_ADDRESS",
  title: { en: "Upload a proof of address", zh: "请上传地址证明" },
};

const defaults: Readonly<Record<RfiTypeInput, readonly Topic[]>> = {
  KYC: [proofOfAddress, { asks: "TEXT" }],
  KYC_ONGOING: [proofOfAddress, { asks: "TEXT" }],
  CARDHOLDER: [{ asks: "IDENTITY_DOCUMENT", key: "ID_COPY" }, proofOfAddress],
  MERCHANT_RISK: [{ asks: "TEXT" }, { asks: "ATTACHMENT" }],
  PAYMENT_ENABLEMENT: [{ asks: "TEXT" }, { asks: "ATTACHMENT" }],
  TRANSACTION: [{ asks: "TEXT" }, { asks: "ATTACHMENT" }],
};

/** The types of requests, and the kinds of answers, for a reader to choose from. */
export const rfiTypes = Object.keys(defaults) as readonly RfiTypeInput[];
export const answerTypes = Object.keys(titles) as readonly RfiAnswerTypeInput[];

export function defaultQuestions(world: World, type: RfiTypeInput): readonly QuestionRecord[] {
  return defaults[type].map((topic) => newQuestion(world, topic));
}

export function newQuestion({ ids }: World, { asks, key, title, sources }: Topic): QuestionRecord {
  return {
    id: ids.rfiQuestion(),
    key,
    title: title ?? titles[asks],
    ...{ asks, sources },
    answer: undefined,
    isAlive: false,
  };
}
