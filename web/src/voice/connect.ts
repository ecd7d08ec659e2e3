// The library's entry points.

import type { ConnectOptions, Info, Microphone, MicrophoneOptions, Output, Voice } from "./api.ts";
import { MicrophoneInput, openMicrophoneInput, silentMicrophoneInput } from "./microphone.ts";
import { VoiceProblem } from "./problem.ts";
import { fetchInfo } from "./signalling.ts";
import { type Sound, sharedSound } from "./sound.ts";
import { VoiceSession } from "./voice_session.ts";

/** Joins a session. Rejects with a `VoiceProblem`, whose message is fit for display. */
export async function connect(options: ConnectOptions): Promise<Voice> {
  const url = withSlash(options.url ?? location.href);
  const assets = withSlash(options.assets ?? HERE);
  const sound = sharedSound();
  const { microphone: given, signal } = options;
  if (signal?.aborted === true) throw givenUp();
  const microphone =
    given instanceof MicrophoneInput ? given : await unlessGivenUp(ownMicrophone(sound, assets, options), signal);
  const ownsMicrophone = microphone !== given;
  try {
    if (options.output !== undefined) await sound.output.choose(options.output);
    const session = new VoiceSession({ options, url, assets, sound, microphone, ownsMicrophone });
    await joinedUnless(session, signal);
    return session;
  } catch (problem) {
    if (ownsMicrophone) microphone.close();
    throw problem;
  }
}

/** Gets the server's requirements. Rejects with a `VoiceProblem`. */
export function info(url: string = location.href): Promise<Info> {
  return fetchInfo(withSlash(url));
}

/** A microphone without a session, for its meter and its test; can be given to `connect`. Rejects with a `VoiceProblem`. */
export function openMicrophone(options: MicrophoneOptions & Pick<ConnectOptions, "assets"> = {}): Promise<Microphone> {
  return openMicrophoneInput(sharedSound(), withSlash(options.assets ?? HERE), options);
}

/** The page's output, which all its sessions share. */
export async function openOutput(options: { device?: string } = {}): Promise<Output> {
  const { output } = sharedSound();
  if (options.device !== undefined) await output.choose(options.device);
  return output;
}

async function joinedUnless(session: VoiceSession, signal?: AbortSignal): Promise<void> {
  const giveUp = () => session.leave();
  signal?.addEventListener("abort", giveUp);
  if (signal?.aborted === true) giveUp();
  await session.joined.finally(() => signal?.removeEventListener("abort", giveUp));
}

/** The user may answer the browser's prompt at any time: a microphone that is allowed too late is closed. */
function unlessGivenUp(opening: Promise<MicrophoneInput>, signal?: AbortSignal): Promise<MicrophoneInput> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      reject(givenUp());
      opening.then((late) => late.close()).catch(() => {});
    };
    signal?.addEventListener("abort", giveUp);
    opening.then(resolve, reject).finally(() => signal?.removeEventListener("abort", giveUp));
  });
}

function givenUp(): VoiceProblem {
  return new VoiceProblem("left", "Joining was cancelled.");
}

async function ownMicrophone(sound: Sound, assets: string, options: ConnectOptions): Promise<MicrophoneInput> {
  const { microphone } = options;
  if (microphone === false) return silentMicrophoneInput(sound, assets, options);
  if (typeof microphone === "object") throw new VoiceProblem("other", "The microphone was not opened by this library.");
  return openMicrophoneInput(sound, assets, { ...options, ...(microphone === undefined ? {} : { device: microphone }) });
}

/** The folder of an address. */
function withSlash(address: string): string {
  return new URL(".", new URL(address, location.href)).href;
}

/** The address of this file. */
const HERE = import.meta.url;
