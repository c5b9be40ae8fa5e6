#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

// RFC 4648, section 10.
TEST(Base64, IsTheStandards) {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(base64_of(bytes), text);
    EXPECT_EQ(of_base64(text), bytes);
  }
  EXPECT_EQ(of_base64("Zg"), std::nullopt);
  EXPECT_EQ(of_base64("Z~=="), std::nullopt);
  for (const std::string bytes : {"", "f", "fo", "foo", "\xfb\xff\xfe"})
    EXPECT_EQ(of_base64url(base64url_of(bytes)), bytes);
  EXPECT_EQ(base64url_of("\xfb\xff\xfe"), "-__-");
  for (const char* none : {"+__-", "Zh", "Zg==", "Z", "Z~"})
    EXPECT_EQ(of_base64url(none), std::nullopt) << none;
}

}  // namespace
}  // namespace rehearse
