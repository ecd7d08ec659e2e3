// The microphones and loudspeakers that a browser tells of.

import type { Device } from "./api.ts";

export async function listDevices(kind: "audioinput" | "audiooutput"): Promise<Device[]> {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices.filter((device) => device.kind === kind).map(({ deviceId, label }) => ({ id: deviceId, label }));
}

/** Returns what stops it. */
export function onDevicesChange(handler: () => void): () => void {
  const devices = navigator.mediaDevices;
  devices?.addEventListener("devicechange", handler);
  return () => devices?.removeEventListener("devicechange", handler);
}
