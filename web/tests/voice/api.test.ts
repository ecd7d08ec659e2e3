import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const source = (name: string) => readFileSync(new URL(`../../../src/voice/${name}`, import.meta.url), "utf8");

test("the public API and the control messages contain no snake case", () => {
  for (const file of ["api.ts", "control.ts", "problem.ts"]) {
    const code = source(file).replace(/^\s*(\/\/|\*|\/\*).*$|^import .*$/gm, "");
    assert.deepEqual(code.match(/\b[a-z]+_[a-z_]+\b/g) ?? [], [], file);
  }
});
