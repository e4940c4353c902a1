/** The picture of one cluster on a wall: the screen stays awake, no pointer, nothing burns in. The picture itself is cluster.js. */

import { keepFitting } from "./rail.js";
import { closeLeft, keepAwake, stillPointer, wander } from "./screen.js";

const picture = document.getElementById("picture");

keepAwake();
stillPointer();
closeLeft(document.getElementById("legend"));
if (picture) wander(picture);
const rail = /** @type {HTMLElement | null} */ (document.querySelector(".rail"));
if (rail) keepFitting(rail);
