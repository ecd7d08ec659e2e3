/** Why a connection was not made, or has ended. */
export type ProblemCode = MicrophoneCode
/** The browser has no WebRTC, and the server or the caller allows nothing else. */
 | "no-webrtc"
/** The server does not answer, or the answer is not from a Consonance server. */
 | "no-server"
/** The server does not admit pages of this page's origin: its operator has to add it. */
 | "foreign-origin"
/** A file of the library, such as `worklet.js`, could not be loaded from `assets`. */
 | "no-worklet" | "no-session" | "busy" | "token" | "password" | "name" | "full" | "banned" | "version"
/** The session or the caller requires end-to-end encryption, which this browser cannot do. */
 | "encryption" | "closing" | "kicked" | "name-taken"
/** The page itself has left. */
 | "left" | "other";
/** Why a microphone cannot be used. */
export type MicrophoneCode = 
/** The user or a policy denied it. */
"denied"
/** The prompt was closed without an answer. */
 | "dismissed" | "no-microphone"
/** Another program uses it, or the system blocks it. */
 | "in-use"
/** Browsers provide microphones only to pages over HTTPS and from this machine. */
 | "insecure";
/** What a problem has besides its code and message. */
export interface ProblemOptions {
    readonly retryInMs?: number | null;
    readonly until?: Date | null;
    readonly redirect?: string | null;
    readonly cause?: unknown;
}
/** An error whose message is fit for display. */
export declare class VoiceProblem extends Error {
    readonly name = "VoiceProblem";
    readonly code: ProblemCode;
    /** After how many ms a retry is useful; null if it is not. */
    readonly retryInMs: number | null;
    /** When a ban ends; null if never, or if there is none. */
    readonly until: Date | null;
    /** The address of the server to which this one redirects its players, if it does. */
    readonly redirect: string | null;
    constructor(code: ProblemCode, message: string, options?: ProblemOptions);
}
/** The problem for an exception of `getUserMedia`; `permission` is the browser's permission state afterwards. */
export declare function microphoneProblem(cause: unknown, permission: PermissionState | null): VoiceProblem;
/** The system has given the microphone to another program. */
export declare function takenProblem(): VoiceProblem;
/** This page cannot request a microphone. */
export declare function insecureProblem(): VoiceProblem;
