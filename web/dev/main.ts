// The page with the fake library.

import { start } from "../src/page/app.ts";
import { fakeLibrary } from "./fake_voice.ts";

const place = document.getElementById("page");
if (place) start(place, fakeLibrary(new URLSearchParams(location.search).get("scene") ?? "plain"));
