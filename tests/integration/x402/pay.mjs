// Buys with the published npm client, unmodified. Reads one JSON object from standard input and prints one line of
// JSON for each step: {"buy": chunk} pays, {"refund": amount or null} asks for what is left.
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const order = JSON.parse(await text(process.stdin));
const load = createRequire(order.packages);
const { wrapFetchWithPayment, x402Client, decodePaymentResponseHeader } = load("@x402/fetch");
const { toClientEvmSigner } = load("@x402/evm");
const { ExactEvmScheme } = load("@x402/evm/exact/client");
const { BatchSettlementEvmScheme } = load("@x402/evm/batch-settlement/client");
const { createPublicClient, http } = load("viem");
const { privateKeyToAccount } = load("viem/accounts");

const chain = createPublicClient({ transport: http(order.rpc) });
const wallet = toClientEvmSigner(privateKeyToAccount(order.key), chain);
const session = order.session ? { voucherSigner: toClientEvmSigner(privateKeyToAccount(order.session), chain) } : {};
const channels = new BatchSettlementEvmScheme(wallet, session);

const client = new x402Client();
if (order.schemes.includes("batch-settlement")) client.register(order.network, channels);
if (order.schemes.includes("exact")) client.register(order.network, new ExactEvmScheme(wallet));
const asset = { network: order.network, asset: order.asset, maxAmountPerPayment: order.limit };
client.setSpendControls({ allowedAssets: [asset] });
const paying = wrapFetchWithPayment(fetch, client);

async function buy(chunk) {
  const answer = await paying(order.url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ first_chunk: chunk }),
  });
  const header = answer.headers.get("PAYMENT-RESPONSE");
  return { status: answer.status, body: await answer.json(), settled: header && decodePaymentResponseHeader(header) };
}

for (const step of order.steps) {
  const done =
    "buy" in step
      ? await buy(step.buy)
      : { settled: await channels.refund(order.url, step.refund ? { amount: step.refund } : {}) };
  console.log(JSON.stringify(done));
}
