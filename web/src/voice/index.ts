// Voice chat with a Consonance server: `connect` gives a `Voice`; everything else is what it is made of.

export type * from "./api.ts";
export { connect, info, openMicrophone, openOutput } from "./connect.ts";
export { type MicrophoneCode, type ProblemCode, type ProblemOptions, VoiceProblem } from "./problem.ts";
