// What went wrong and what to do about it, for the browser at hand.

/** Words for a problem: what is the matter, and the steps that may mend it. */
export interface Advice {
  title: string;
  steps: string[];
}

export type Browser = "chrome" | "edge" | "firefox" | "safari" | "ios" | "android" | "other";

/** What of the microphone's troubles the page explains. */
export type MicrophoneTrouble = (typeof TROUBLES)[number];

/** Why the microphone is off, and what to do. `host` is the page's own, for the address that would work. */
export function microphoneAdvice(trouble: MicrophoneTrouble, browser: Browser, host: string): Advice {
  return {
    denied: {
      title: "The microphone is off because this page may not use it.",
      steps: [ALLOW[browser], "Then press “Try again”."],
    },
    dismissed: {
      title: "The microphone is off because the browser's question was closed.",
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
        "Browsers give a microphone only to pages that nobody on the way can change.",
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

/** The same in one line, for this page in this browser; the problem's own words where it is another one. */
export function microphoneWords({ code, message }: { code: string; message: string }): string {
  if (!isMicrophoneTrouble(code)) return message;
  const { title, steps } = microphoneAdvice(code, browserOf(navigator.userAgent), location.host);
  return `${title} ${steps[0] ?? ""}`;
}

/** Whether it is one of the microphone's troubles. */
export function isMicrophoneTrouble(code: string): code is MicrophoneTrouble {
  return (TROUBLES as readonly string[]).includes(code);
}

/** Which browser this is, by what it calls itself; only words depend on it. */
export function browserOf(userAgent: string): Browser {
  if (/iPhone|iPad|iPod/.test(userAgent)) return "ios";
  if (/Android/.test(userAgent)) return "android";
  if (/Edg\//.test(userAgent)) return "edge";
  if (/Firefox\//.test(userAgent)) return "firefox";
  if (/Chrome\/|Chromium\//.test(userAgent)) return "chrome";
  if (/Safari\//.test(userAgent)) return "safari";
  return "other";
}

const TROUBLES = ["denied", "dismissed", "no-microphone", "in-use", "insecure", "no-webrtc"] as const;

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
  chrome: "See whether the system's settings list it, and let your browser use it.",
  edge: "See whether “Privacy and security → Microphone” in the system's settings lets Edge use it.",
  firefox: "See whether the system's settings list it, and let Firefox use it.",
  safari: "See whether “Privacy & Security → Microphone” in the system's settings lets Safari use it.",
  ios: "See whether “Privacy & Security → Microphone” in Settings lets your browser use it.",
  android: "See whether the system's settings let your browser use the microphone.",
  other: "See whether the system's settings list it.",
};
