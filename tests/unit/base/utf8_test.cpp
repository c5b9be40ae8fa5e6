#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

TEST(Utf8, LengthOfTheFirstCharacter) {
  EXPECT_EQ(utf8_length("a€"), 1u);
  EXPECT_EQ(utf8_length("ü"), 2u);
  EXPECT_EQ(utf8_length("€a"), 3u);
  EXPECT_EQ(utf8_length("😀"), 4u);
}

TEST(Utf8, WhatIsNoCharacterHasNoLength) {
  for (const char* bytes : {"\x80", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                            "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82"})
    EXPECT_EQ(utf8_length(bytes), 0u) << bytes;
}

TEST(Utf8, WhatATerminalWouldObeyIsNotShown) {
  for (const char* character :
       {"\x01", "\x1b", "\x7f", "\n", "\u0080", "\u0085", "\u009f", "\u200e", "\u202a", "\u202e",
        "\u2066", "\u2069", "\u061c", "\ufeff"})
    EXPECT_TRUE(is_unshown(character)) << character;
  for (const char* character : {"a", " ", "~", "\u00a0", "ü", "€", "–", "\u2030", "\u202f", "😀"})
    EXPECT_FALSE(is_unshown(character)) << character;
}

}  // namespace
}  // namespace rehearse
