// The fall-back's worker as the page has it, out of `web/dist`, with lines of JSON in place of a page and a worklet:
//
//   in   {"say": a control message}   {"speak": the samples of frames of 20 ms, one each 20 ms}   {"end": true}
//   out  what the worker tells the page, and {"type":"voice","header":[…],"payload":"hex"} for its worklet
//
//   node worker.mjs URL NAME
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const dist = new URL("../../../../../web/dist/", import.meta.url);
const [url, name] = process.argv.slice(2);
const print = (what) => console.log(JSON.stringify(what));

const { port1: worklet, port2 } = new MessageChannel();
worklet.onmessage = ({ data }) => {
  if (data.type !== "voice") return;
  const numbers = new DataView(data.frame.buffer, data.frame.byteOffset);
  const header = [0, 4, 8, 12].map((at) => numbers.getUint32(at, true));
  print({ type: "voice", header, payload: Buffer.from(data.frame.subarray(16)).toString("hex") });
};

globalThis.self = globalThis;
globalThis.postMessage = (message) => {
  if (message.type !== "round-trip") print(message);
};
globalThis.close = () => process.exit(0);
await import(new URL("fallback-worker.js", dist));
const tell = (data) => globalThis.onmessage({ data });
const wasm = new Uint8Array(readFileSync(new URL("consonance.wasm", dist))).buffer;
tell({ type: "start", wasm, url, player: { name, session: "main", slots: 8 }, worklet: port2, keys: null });

createInterface({ input: process.stdin }).on("line", (line) => {
  const { say, speak, end } = JSON.parse(line);
  if (say !== undefined) tell({ type: "message", text: JSON.stringify(say) });
  if (speak !== undefined) speakFrames(speak);
  if (end !== undefined) tell({ type: "close" });
});

function speakFrames(samples) {
  let spoken = 0;
  const timer = setInterval(() => {
    if (spoken + 960 > samples.length) return clearInterval(timer);
    worklet.postMessage({ time: spoken, samples: Float32Array.from(samples.slice(spoken, spoken + 960)) });
    spoken += 960;
  }, 20);
}
