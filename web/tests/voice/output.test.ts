import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeContext, FakeNode, settled } from "./browser.ts";
import { OutputDevice } from "../../src/voice/output.ts";

/** An element that chooses a device as soon as the test allows it. */
class Element {
  static readonly all: Element[] = [];
  static readonly waiting: (() => void)[] = [];
  device = "";
  srcObject: unknown = null;

  constructor() {
    Element.all.push(this);
  }

  async setSinkId(id: string): Promise<void> {
    await new Promise<void>((choose) => Element.waiting.push(choose));
    if (id === "gone") throw new DOMException("", "NotFoundError");
    this.device = id;
  }

  play(): Promise<void> {
    return Promise.resolve();
  }
}

/** Contexts cannot choose a device. */
function output(): OutputDevice {
  const context = Object.assign(new FakeContext(), { createMediaStreamDestination: () => destination });
  const destination = Object.assign(new FakeNode(context), { stream: {} });
  Object.assign(globalThis, { Audio: Element });
  [Element.all.length, Element.waiting.length] = [0, 0];
  return new OutputDevice(context as unknown as AudioContext);
}

async function letAllChoose(): Promise<void> {
  await settled();
  while (Element.waiting.length > 0) {
    Element.waiting.pop()?.();
    await settled();
  }
}

test("the later of two loudspeakers chosen at once plays, and only that one", async () => {
  const device = output();
  const chosen = Promise.all([device.choose("a"), device.choose("b")]);
  await letAllChoose();
  await chosen;
  const playing = Element.all.filter(({ srcObject }) => srcObject !== null);
  assert.deepEqual([device.device, playing.map((element) => element.device)], ["b", ["b"]]);
});

test("a missing loudspeaker does not prevent the choice of another", async () => {
  const device = output();
  const gone = assert.rejects(device.choose("gone"), { code: "other" });
  const chosen = device.choose("b");
  await letAllChoose();
  await Promise.all([gone, chosen]);
  assert.equal(device.device, "b");
});
