/** A thousand inputs of a made-up peer; `npm run bench -- qmp-fuzz` tries a million. */
import { expect, test } from "vitest";
import { fuzzWire, wireProperties } from "./fuzz-wire.ts";

const kinds = Object.keys(wireProperties) as (keyof typeof wireProperties)[];
const inputs = 1_000 / kinds.length;

test.each(kinds)("the client takes %s", async (kind) => {
  expect(inputs).toBe(200);
  await fuzzWire(kind, inputs, Date.now() % 2 ** 31);
});
