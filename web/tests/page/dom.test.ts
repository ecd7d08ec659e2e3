import assert from "node:assert/strict";
import { test } from "node:test";

import { KeyedList } from "../../src/page/dom.ts";

/** A parent that records inserted nodes. */
class FakePlace {
  readonly children: FakeChild[] = [];
  readonly moved: string[] = [];

  insertBefore(node: FakeChild, before: FakeChild | null): void {
    this.moved.push(node.name);
    node.remove();
    this.children.splice(before === null ? this.children.length : this.children.indexOf(before), 0, node);
  }
}

class FakeChild {
  readonly name: string;
  private readonly place: FakePlace;

  constructor(name: string, place: FakePlace) {
    [this.name, this.place] = [name, place];
  }

  remove(): void {
    const at = this.place.children.indexOf(this);
    if (at >= 0) this.place.children.splice(at, 1);
  }
}

function listed(first: string) {
  const place = new FakePlace();
  const stopped: string[] = [];
  const list = new KeyedList<string>(
    place as unknown as HTMLElement,
    (name) => name,
    (name) => ({
      node: new FakeChild(name, place) as unknown as HTMLElement,
      update: () => {},
      stop: () => stopped.push(name),
    }),
  );
  const update = (names: string) => {
    place.moved.length = 0;
    list.update([...names]);
    return place.children.map(({ name }) => name).join("");
  };
  update(first);
  return { update, moved: () => place.moved.join(""), stopped };
}

const rows: [before: string, after: string, moved: string][] = [
  ["", "abc", "abc"],
  ["abc", "bc", ""],
  ["abc", "ac", ""],
  ["abc", "abxc", "x"],
  ["abcd", "xbd", "x"],
  ["abc", "", ""],
];

for (const [before, after, moved] of rows) {
  test(`from ${before || "nothing"} to ${after || "nothing"}, remaining nodes are not moved, which would lose the focus`, () => {
    const list = listed(before);
    assert.equal(list.update(after), after);
    assert.equal(list.moved(), moved);
  });
}

test("moves nodes whose position has changed", () => {
  assert.equal(listed("abc").update("cab"), "cab");
});

test("notifies removed views once", () => {
  const { update, stopped } = listed("abc");
  update("b");
  update("b");
  assert.deepEqual(stopped, ["a", "c"]);
});
