// A program that uses the installed package: never run here, only type-checked and bundled.
import { type Device, type Info, type Player, type Voice, VoiceProblem, connect, info, openMicrophone } from "consonance";

export async function talk(assets: string): Promise<Voice> {
  const { onDemand, iceServers }: Info = await info("https://voice.example.org/");
  console.log(onDemand, iceServers?.length);
  const voice = await connect({ url: "https://voice.example.org/", session: "main", name: "Alice", assets });
  voice.rooms.listen("lobby");
  voice.place = { x: 1, y: 0, z: 2 };
  voice.channels.open({ room: "lobby" }, { activation: "push-to-talk" }).talking = true;
  voice.on("player", (player: Player) => {
    const node: AudioNode = player.audioNode;
    const stream: MediaStream = player.mediaStream;
    console.log(node.context.sampleRate, stream.getAudioTracks().length);
  });
  voice.on("textRateLimited", ({ waitMs }) => console.log(waitMs.toFixed()));
  const answer = await voice.moderate("Mallory", { action: "mute", forSeconds: 60 });
  if (answer === "not-moderator") console.log(voice.quality.roundTripMs);
  return voice;
}

export async function microphones(): Promise<Device[]> {
  try {
    return await (await openMicrophone()).list();
  } catch (problem) {
    if (problem instanceof VoiceProblem && problem.code === "denied") return [];
    throw problem;
  }
}

// The types forbid these: without types all of it would be allowed, and the compiler rejects an unused expectation of an error.
export function wrong(voice: Voice, player: Player): void {
  // @ts-expect-error A target is a room or a player.
  voice.text({ lobby: "x" }, "hello");
  // @ts-expect-error There is no such event.
  voice.on("joind", () => {});
  // @ts-expect-error Only the server reports which player speaks.
  player.speaking = true;
}

export const problem = new VoiceProblem("left", "bundled");
