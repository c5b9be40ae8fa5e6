#include "reports/text.hpp"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

TEST(XmlText, CarriesWhatXmlCanAndReplacesTheRest) {
  EXPECT_EQ(text::xml("a & <b> \"c\" 'd' €"), "a &amp; &lt;b&gt; &quot;c&quot; 'd' €");
  EXPECT_EQ(text::xml("\n\r\t"), "&#10;&#13;&#9;");
  EXPECT_EQ(text::xml(std::string("\0\x1B\x7F", 3)), "���");
  EXPECT_EQ(text::xml("\xEF\xBF\xBE\xEF\xBF\xBF"), "��");
  EXPECT_EQ(text::xml("\xC3"), "�");  // cut short
  EXPECT_EQ(text::xml("]]>"), "]]&gt;");
  EXPECT_EQ(text::xml(""), "");
}

TEST(MarkdownText, IsNeverMarkupAndNeverLeavesItsLine) {
  EXPECT_EQ(text::markdown("a|b *c* _d_ `e` [f](g) #h ~i~"),
            "a\\|b \\*c\\* \\_d\\_ \\`e\\` \\[f\\](g) \\#h \\~i\\~");
  EXPECT_EQ(text::markdown("<script>&\\\n"), "&lt;script&gt;&amp;\\\\ ");
  EXPECT_EQ(text::markdown("\x07\xFF"), "��");
}

}  // namespace
}  // namespace rehearse
