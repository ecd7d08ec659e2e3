// Devices of earlier visits may have been unplugged since: then the system's default is used instead, and they are forgotten.

import { VoiceProblem, type Output } from "../voice/index.ts";
import type { Memory } from "./settings.ts";

/** Opens the microphone of the last visit, null for the system's default. */
export async function withRememberedMicrophone<T>(
  memory: Memory,
  open: (device: string | null) => Promise<T>,
): Promise<T> {
  const { microphone } = memory.settings;
  try {
    return await open(microphone);
  } catch (problem) {
    if (microphone === null || !(problem instanceof VoiceProblem) || problem.code !== "no-microphone") throw problem;
    memory.change({ microphone: null });
    return open(null);
  }
}

/** Plays on the output of the last visit, if it is still present. */
export async function chooseRememberedOutput(memory: Memory, output: Output): Promise<void> {
  const remembered = memory.settings.output;
  if (remembered === null || output.device === remembered || !output.canChoose) return;
  await output.choose(remembered).catch(() => memory.change({ output: null }));
}
