// A peer of libdatachannel, whose certificates are of version 1: it joins a session of WebRTC Network, then one for pages.
//
//   node peer.mjs SIGNALLING PAGE      such as ws://127.0.0.1:12776/chatapp http://127.0.0.1:7780/
//
// Prints a line for each connection that is up, and ends.
import { createRequire } from "node:module";

const { PeerConnection, WebSocket, Audio } = createRequire(process.env.PEER_MODULES + "/")("node-datachannel");
const [signalling, page] = process.argv.slice(2);
setTimeout(() => fail("nothing came within 20 s"), 20_000).unref();

await network();
await ofPage();
process.exit(0);

/** Links to the session `main` (awrtc_signaling), and opens both channels. */
async function network() {
  const peer = new PeerConnection("network", { iceServers: [], disableAutoNegotiation: true });
  const socket = new WebSocket();
  await new Promise((opened) => {
    socket.onOpen(opened);
    socket.open(signalling);
  });
  const LINK = 1;
  const say = (text) => {
    const data = Buffer.from(text, "utf16le");
    const head = Buffer.alloc(8);
    head.set([2, 1]);
    head.writeInt16LE(LINK, 2);
    head.writeUInt32LE(data.length, 4);
    socket.sendMessageBinary(Buffer.concat([head, data]));
  };
  peer.onLocalDescription((sdp, type) => say(JSON.stringify({ type, sdp })));
  peer.onLocalCandidate((candidate, sdpMid) => say(JSON.stringify({ candidate, sdpMid, sdpMLineIndex: 0 })));
  const reliable = peer.createDataChannel("reliable");
  const unreliable = peer.createDataChannel("unreliable", { unordered: true, maxRetransmits: 0 });
  const opened = [reliable, unreliable].map((channel) => new Promise((open) => channel.onOpen(open)));
  socket.onMessage((message) => {
    const bytes = Buffer.from(message);
    if (bytes[0] === 6) peer.setLocalDescription("offer");
    if (bytes[0] !== 2) return;
    const text = bytes.subarray(8).toString("utf16le");
    if (!text.startsWith("{")) return;
    const { type, sdp, candidate, sdpMid } = JSON.parse(text);
    if (sdp) peer.setRemoteDescription(sdp, type);
    else if (candidate) peer.addRemoteCandidate(candidate, sdpMid);
  });
  const name = Buffer.from("main", "utf16le");
  socket.sendMessageBinary(Buffer.from([0xc9, 2]));
  socket.sendMessageBinary(Buffer.concat([Buffer.from([6, 2, LINK, 0, name.length / 2, 0, 0, 0]), name]));
  await Promise.all(opened);
  console.log("network open");
  peer.close();
  socket.close();
}

/** Joins as a page does (docs/browser/signalling.md), and waits for the first control message. */
async function ofPage() {
  const peer = new PeerConnection("page", { iceServers: [], disableAutoNegotiation: true });
  const tracks = [new Audio("microphone", "SendOnly"), new Audio("slot", "RecvOnly")].map((audio) => {
    audio.addOpusCodec(111);
    return peer.addTrack(audio);
  });
  const control = peer.createDataChannel("control");
  const said = new Promise((said) => control.onMessage(said));
  const gathered = new Promise((gathered) => {
    peer.onGatheringStateChange((state) => state === "complete" && gathered());
  });
  peer.setLocalDescription("offer");
  await gathered;
  const { sdp } = peer.localDescription();
  const response = await fetch(new URL("api/voice/main", page), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name: "Node", sdp }),
  });
  const answer = await response.json();
  if (!response.ok) fail(JSON.stringify(answer));
  peer.setRemoteDescription(answer.sdp, "answer");
  JSON.parse(await said);
  console.log(`page open, ${tracks.length} tracks`);
  peer.close();
}

function fail(why) {
  console.error(why);
  process.exit(1);
}
