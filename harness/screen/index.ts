export { type Comparison, comparePictures, type Tolerance } from "./compare-pictures.ts";
export { Display, type ScreenSight } from "./display.ts";
export { Keyboard, type TypeOptions } from "./keyboard.ts";
export type { KeyboardLayout } from "./keyboard-layouts.ts";
export { Mouse, type MouseButton } from "./mouse.ts";
export { type Area, decodePng, encodePng, isSamePicture, type Picture } from "./picture.ts";
export { type Capture, Screen } from "./screen.ts";
export type { ScreenCell } from "./vga-text.ts";
