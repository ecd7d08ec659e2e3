// The page with the real library.

import { connect, info, openMicrophone, openOutput } from "../voice/index.ts";
import { start } from "./app.ts";

const place = document.getElementById("page");
if (place) start(place, { connect, info, openMicrophone, openOutput });
