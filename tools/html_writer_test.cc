// SPDX-License-Identifier: GPL-2.0-only
#include "html_writer.h"

#include <gtest/gtest.h>
#include <tinyxml2.h>

#include <cstdlib>
#include <string>

namespace gate {
namespace {

std::string AllBytes() {
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes += static_cast<char>(c);
  return bytes + "</pre><script>alert(1)</script>]]>&amp;\xef\xbf\xbf\xe2\x80\xae";
}

// A page of every element, with `text` in each.
std::string Page(const std::string& text) {
  char* bytes = nullptr;
  std::size_t size = 0;
  std::FILE* out = open_memstream(&bytes, &size);
  HtmlWriter html(out);
  html.BeginPage(text, text, HtmlWriter::Tone::kBad);
  html.Facts({{text, text, HtmlWriter::Tone::kGood}});
  html.Heading(text);
  html.Paragraph(text);
  html.List({text, text});
  html.BeginTable({text});
  html.Row({{text, HtmlWriter::Tone::kWarn, true, false}, {text, {}, false, true}});
  html.EndTable();
  html.BeginDrawing(20, 10, text);
  html.Bar(1, 2, 3, 4, HtmlWriter::Tone::kQuiet);
  html.Line(1, 2, 3, 4, HtmlWriter::Tone::kGood);
  html.Label(1, 2, text, true);
  html.EndDrawing();
  html.BeginDetails(text, HtmlWriter::Tone::kQuiet, true);
  html.Lines({text, text});
  html.EndDetails();
  html.EndPage();
  std::fclose(out);
  std::string page(bytes, size);
  std::free(bytes);
  return page;
}

std::size_t Count(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; ++at) ++count;
  return count;
}

// The page is XML too, so that a full parser can tell that each element is closed.
TEST(HtmlWriterTest, IsWellFormedForAnyBytes) {
  for (const std::string& text :
       {std::string("plain"), AllBytes(), std::string("\xc3"), std::string()}) {
    const std::string page = Page(text);
    tinyxml2::XMLDocument document;
    EXPECT_EQ(document.Parse(page.data(), page.size()), tinyxml2::XML_SUCCESS)
        << document.ErrorStr();
  }
}

TEST(HtmlWriterTest, TextNeverBecomesMarkup) {
  const std::string plain = Page("x");
  const std::string hostile = Page(AllBytes());
  EXPECT_EQ(Count(hostile, "<"), Count(plain, "<"));
  EXPECT_EQ(Count(hostile, ">"), Count(plain, ">"));
  EXPECT_EQ(Count(hostile, "\""), Count(plain, "\""));
  EXPECT_EQ(hostile.find("<script"), std::string::npos);
}

TEST(HtmlWriterTest, NeedsNothingFromElsewhere) {
  const std::string page = Page("x");
  for (const char* other : {"http://", "https://", "src=", "@import", "url(", "<script", "<link"}) {
    EXPECT_EQ(page.find(other), std::string::npos) << other;
  }
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
}

TEST(HtmlWriterTest, SuitsDarkLightAndPaper) {
  const std::string page = Page("x");
  for (const char* rule :
       {"color-scheme: light dark", "prefers-color-scheme: dark", "@media print"}) {
    EXPECT_NE(page.find(rule), std::string::npos) << rule;
  }
}

TEST(EscapeHtmlTest, LeavesNoControlBytes) {
  for (const char c : EscapeHtml(AllBytes())) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  EXPECT_EQ(EscapeHtml("<a href='x'>\"&"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;");
}

}  // namespace
}  // namespace gate
