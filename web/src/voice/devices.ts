// The microphones and loudspeakers that the browser lists.

import type { Device } from "./api.ts";

export async function listDevices(kind: "audioinput" | "audiooutput"): Promise<Device[]> {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices.filter((device) => device.kind === kind).map(({ deviceId, label }) => ({ id: deviceId, label }));
}

/** Returns a function that unsubscribes. */
export function onDevicesChange(handler: () => void): () => void {
  const devices = navigator.mediaDevices;
  devices?.addEventListener("devicechange", handler);
  return () => devices?.removeEventListener("devicechange", handler);
}
