// Texts for problems and their solutions, for the present browser.

/** A text for a problem: what is wrong, and the steps to solve it. */
export interface Advice {
  title: string;
  steps: string[];
}

export type Browser = "chrome" | "edge" | "firefox" | "safari" | "ios" | "android" | "other";

/** The microphone problems that the page explains. */
export type MicrophoneProblem = (typeof PROBLEMS)[number];

/** Why the microphone is off, and what to do. `host` is the page's own, for the address that would work. */
export function microphoneAdvice(trouble: MicrophoneProblem, browser: Browser, host: string): Advice {
  return {
    denied: {
      title: "The microphone is off because this page may not use it.",
      steps: [ALLOW[browser], "Then press “Try again”."],
    },
    dismissed: {
      title: "The microphone is off because the browser's prompt was closed.",
      steps: ["Press “Try again”, and choose “Allow” when the browser asks."],
    },
    "no-microphone": {
      title: "The microphone is off because none was found.",
      steps: ["Plug one in, or switch your headset on.", SYSTEM[browser], "Then press “Try again”."],
    },
    "in-use": {
      title: "The microphone is off because another program uses it.",
      steps: [
        "Close other calls, recorders and games that use it.",
        "Then press “Try again”, or choose another microphone.",
      ],
    },
    insecure: {
      title: "The microphone is off because this page came over plain HTTP.",
      steps: [
        "Browsers allow a microphone only on pages over HTTPS.",
        `Open https://${host} instead, if the server offers it.`,
        "On the server's own computer, http://localhost works, too.",
      ],
    },
    "no-webrtc": {
      title: "This browser cannot send your voice.",
      steps: ["It has no WebRTC, or it is switched off.", "A current Chrome, Edge, Firefox or Safari works."],
    },
  }[trouble];
}

/** The same in one line, for this page in this browser; the problem's own message for other problems. */
export function microphoneWords({ code, message }: { code: string; message: string }): string {
  if (!isMicrophoneProblem(code)) return message;
  const { title, steps } = microphoneAdvice(code, browserOf(navigator.userAgent), location.host);
  return `${title} ${steps[0] ?? ""}`;
}

/** Whether it is one of the microphone problems. */
export function isMicrophoneProblem(code: string): code is MicrophoneProblem {
  return (PROBLEMS as readonly string[]).includes(code);
}

/** The browser according to its user agent; only texts depend on it. */
export function browserOf(userAgent: string): Browser {
  if (/iPhone|iPad|iPod/.test(userAgent)) return "ios";
  if (/Android/.test(userAgent)) return "android";
  if (/Edg\//.test(userAgent)) return "edge";
  if (/Firefox\//.test(userAgent)) return "firefox";
  if (/Chrome\/|Chromium\//.test(userAgent)) return "chrome";
  if (/Safari\//.test(userAgent)) return "safari";
  return "other";
}

const PROBLEMS = ["denied", "dismissed", "no-microphone", "in-use", "insecure", "no-webrtc"] as const;

const ALLOW: Record<Browser, string> = {
  chrome: "Click the icon left of the address, and switch “Microphone” on.",
  edge: "Click the padlock left of the address, open “Permissions for this site”, and set “Microphone” to “Allow”.",
  firefox: "Click the crossed-out microphone left of the address, and remove the block with its ✕.",
  safari: "Choose “Settings for this website…” in the Safari menu, and set “Microphone” to “Allow”.",
  ios: "Tap the symbol in the address bar, then “Website Settings”, and set “Microphone” to “Allow”.",
  android: "Tap the symbol left of the address, then “Permissions”, and allow “Microphone”.",
  other: "Open the browser's settings for this page, and allow the microphone.",
};

const SYSTEM: Record<Browser, string> = {
  chrome: "Check that the system's settings list it and allow your browser to use it.",
  edge: "Check that “Privacy and security → Microphone” in the system's settings allows Edge to use it.",
  firefox: "Check that the system's settings list it and allow Firefox to use it.",
  safari: "Check that “Privacy & Security → Microphone” in the system's settings allows Safari to use it.",
  ios: "Check that “Privacy & Security → Microphone” in Settings allows your browser to use it.",
  android: "Check that the system's settings allow your browser to use the microphone.",
  other: "Check that the system's settings list it.",
};
