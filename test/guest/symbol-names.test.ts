import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isLocalLabel, readableName } from "../../harness/guest/symbol-names.ts";

describe("names of Rust, as they stand in the table and as tools give them", () => {
  // Compiled by rustc 1.95 with either mangling, and as llvm-symbolizer 14 prints them.
  test.each([
    ["_ZN1k5inner17h4488b3a2266d7c2eE", "k::inner"],
    ["k::inner::h4488b3a2266d7c2e", "k::inner"],
    ["k::inner::h4488b3a2266d7c2e (.llvm.1234567890)", "k::inner"],
    ["_ZN1k5inner17h4488b3a2266d7c2eE.llvm.1234567890", "k::inner"],
    ["_ZN1k6paging15Mapper$LT$T$GT$3map17h884deb3f242b1e0dE", "k::paging::Mapper<T>::map"],
    ["k::paging::Mapper$LT$T$GT$::map::h884deb3f242b1e0d", "k::paging::Mapper<T>::map"],
    [
      "_ZN62_$LT$k..paging..Mapper$LT$u32$GT$$u20$as$u20$k..paging..Go$GT$2go17h1ad897cdc50df734E",
      "<k::paging::Mapper<u32> as k::paging::Go>::go",
    ],
    [
      "_$LT$k..paging..Mapper$LT$u32$GT$$u20$as$u20$k..paging..Go$GT$::go::h1ad897cdc50df734",
      "<k::paging::Mapper<u32> as k::paging::Go>::go",
    ],
    [
      "core::ptr::drop_in_place$LT$$RF$$u5b$u8$u5d$$GT$::h0123456789abcdef",
      "core::ptr::drop_in_place<&[u8]>",
    ],
    ["_ZN1k4main28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE", "k::main::{{closure}}"],
    ["<k::paging::Mapper<u32>>::map", "<k::paging::Mapper<u32>>::map"],
  ])("%s", (name, readable) => {
    expect(readableName(name)).toBe(readable);
  });

  test.each([
    "kmain",
    "_ZN3foo3barEv",
    "foo::bar()",
    "foo::h0123456789abcde",
    "h0123456789abcdef",
    "_ZN17h0123456789abcdefE.x",
    "_ZN1k5inner17h4488b3a2266d7c2e",
    "_ZN9999999k",
    "start.halt",
    "a$LT$b",
  ])("%s stays as it is", (name) => {
    expect(readableName(name)).toBe(name);
  });

  test("a control character is not made of an escape", () => {
    expect(readableName("k::$u1b$::h0123456789abcdef")).toBe("k::$u1b$");
  });

  test("whatever it is, it is read without an error", () => {
    fc.assert(fc.property(fc.string(), (name) => typeof readableName(`_ZN${name}`) === "string"));
  });
});

test.each([".LBB0_2", ".L3", ".Ltmp0", "$x", "$d.1", "$xrv64i2p0", "..@3.loop", "1\x02", "L0\x01"])(
  "%j is a label of a tool, whatever its type",
  (name) => {
    expect(isLocalLabel(name)).toBe(true);
    expect(isLocalLabel(name, true)).toBe(true);
  },
);

test.each(["L0", "L12", "LBB0_2", "Ltmp3", "LFB0", "LC1"])(
  "%s is one unless it is a function",
  (name) => {
    expect(isLocalLabel(name)).toBe(true);
    expect(isLocalLabel(name, true)).toBe(false);
  },
);

test.each([
  "Level4",
  "Lock",
  "L",
  "LBB",
  "start.halt",
  "hang",
  "_L0",
  "l0",
  "L0_init",
  ".text_start",
])("%s is a name", (name) => {
  expect(isLocalLabel(name)).toBe(false);
});
