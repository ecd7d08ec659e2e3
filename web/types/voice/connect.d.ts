import type { ConnectOptions, Info, Microphone, MicrophoneOptions, Output, Voice } from "./api.ts";
/** Joins a session. Rejects with a `VoiceProblem`, whose message is fit for display. */
export declare function connect(options: ConnectOptions): Promise<Voice>;
/** Gets the server's requirements. Rejects with a `VoiceProblem`. */
export declare function info(url?: string): Promise<Info>;
/** A microphone without a session, for its meter and its test; can be given to `connect`. Rejects with a `VoiceProblem`. */
export declare function openMicrophone(options?: MicrophoneOptions & Pick<ConnectOptions, "assets">): Promise<Microphone>;
/** The page's output, which all its sessions share. */
export declare function openOutput(options?: {
    device?: string;
}): Promise<Output>;
