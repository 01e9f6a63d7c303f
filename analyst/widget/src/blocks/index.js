// The kinds of blocks. A view has `el` and `paint()`, which brings it up to date with its block; a step also has places
// for what lies in it (`inside`, `figures`); `announcement()` is what a screen reader is told, `done()` tidies up.
import { answer } from "./answer.js";
import { approval } from "./approval.js";
import { cell } from "./cell.js";
import { plan } from "./plan.js";
import { step } from "./step.js";
import { notice, question, said, stopped } from "./words.js";

export const KINDS = { answer, approval, cell, notice, plan, question, said, step, stopped };
