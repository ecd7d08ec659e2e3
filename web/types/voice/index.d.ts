export type * from "./api.ts";
export type * from "./encryption_api.ts";
export { connect, info, openMicrophone, openOutput } from "./connect.ts";
export { type MicrophoneCode, type ProblemCode, type ProblemOptions, VoiceProblem } from "./problem.ts";
