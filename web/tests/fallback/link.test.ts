import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";

import { FakeContext, FakeNode, FakeWorker, FakeWorkletNode, linkOptions, settled } from "../voice/browser.ts";
import { openLink } from "../../src/fallback/link.ts";

/** A link whose worker has started but which the server has not admitted. */
async function opening(context: TestContext) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const microphone = new FakeNode(new FakeContext());
  const giveUp = new AbortController();
  const options = linkOptions(microphone.context, microphone, giveUp.signal);
  const lost: string[] = [];
  const link = openLink({ ...options, events: { ...options.events, lost: (why) => lost.push(why) } });
  link.catch(() => {});
  await settled();
  return { link, worker: FakeWorker.last, worklet: FakeWorkletNode.last, microphone, giveUp, lost };
}

const CLOSE = { type: "close" };

for (const microphoneIsClosed of [false, true]) {
  const suffix = microphoneIsClosed ? " with a closed microphone" : "";
  test(`a cancelled attempt${suffix} ends its worker and its worklet at once`, async (context) => {
    const { link, worker, worklet, microphone, giveUp } = await opening(context);
    giveUp.abort();
    if (microphoneIsClosed) microphone.disconnect();
    await assert.rejects(link, { code: "no-server" });
    assert.deepEqual([worker.isTerminated, worklet.port.said.at(-1)], [true, CLOSE]);
    assert.equal(microphone.outputs.size, 0);
  });
}

test("a worker that does not end by itself is terminated, but only after it could send its farewell", async (context) => {
  const { link, worker, microphone } = await opening(context);
  worker.hear({ type: "up" });
  const open = await link;
  microphone.disconnect();
  open.close(false);
  assert.deepEqual(worker.said.at(-1), CLOSE);
  context.mock.timers.tick(1000);
  assert.equal(worker.isTerminated, false);
  context.mock.timers.tick(1000);
  assert.equal(worker.isTerminated, true);
});

test("an attempt cancelled while its files are loading starts no worker", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const microphone = new FakeNode(new FakeContext());
  const giveUp = new AbortController();
  let loaded = (): void => {};
  microphone.context.audioWorklet.addModule = () => new Promise<void>((resolve) => (loaded = resolve));
  const link = openLink(linkOptions(microphone.context, microphone, giveUp.signal));
  await settled();
  const before = FakeWorker.last;
  giveUp.abort();
  loaded();
  await assert.rejects(link, { code: "no-server" });
  assert.equal(FakeWorker.last, before);
});

test("a link whose sound fails is lost rather than silent", async (context) => {
  const { link, worker, worklet, lost } = await opening(context);
  worker.hear({ type: "up" });
  await link;
  worklet.onprocessorerror?.();
  assert.deepEqual(lost, ["the engine for sound has failed"]);
});

test("an open link no longer reacts to the cancellation of its attempt", async (context) => {
  const { link, worker, giveUp, lost } = await opening(context);
  worker.hear({ type: "up" });
  const open = await link;
  giveUp.abort();
  context.mock.timers.tick(10_000);
  assert.deepEqual([open.send("{}"), worker.isTerminated, lost], [true, false, []]);
});
