// SPDX-License-Identifier: GPL-2.0-only
#include "xml_writer.h"

#include <gtest/gtest.h>
#include <tinyxml2.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

namespace gate {
namespace {

// What `write` makes, as bytes.
std::string Write(const std::function<void(XmlWriter*)>& write) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* const stream = open_memstream(&text, &size);
  XmlWriter xml(stream);
  write(&xml);
  xml.Finish();
  std::fclose(stream);
  std::string all(text, size);
  std::free(text);
  return all;
}

TEST(XmlWriterTest, WritesElementsAttributesAndText) {
  const std::string text = Write([](XmlWriter* xml) {
    xml->Begin("all");
    xml->Attribute("name", "a<b>&\"'");
    xml->Begin("one");
    xml->End();
    xml->Begin("two");
    xml->Text("1 < 2");
    xml->NewLine();
    xml->Text("& so on");
    xml->End();
    xml->End();
  });
  tinyxml2::XMLDocument document;
  ASSERT_EQ(document.Parse(text.c_str()), tinyxml2::XML_SUCCESS) << text;
  const tinyxml2::XMLElement* all = document.FirstChildElement("all");
  ASSERT_NE(all, nullptr);
  EXPECT_STREQ(all->Attribute("name"), "a<b>&\"'");
  ASSERT_NE(all->FirstChildElement("one"), nullptr);
  EXPECT_STREQ(all->FirstChildElement("two")->GetText(), "1 < 2\n& so on");
}

TEST(XmlWriterTest, IsWellFormedForAnyBytes) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  const std::string text = Write([&bytes](XmlWriter* xml) {
    xml->Begin("all");
    xml->Attribute("name", bytes);
    xml->Text(bytes);
    xml->End();
  });
  tinyxml2::XMLDocument document;
  EXPECT_EQ(document.Parse(text.c_str()), tinyxml2::XML_SUCCESS) << text;
  for (const char c : text) {
    EXPECT_TRUE(c == '\n' || (c >= ' ' && c < '\x7f')) << static_cast<int>(c);
  }
}

TEST(XmlWriterTest, LosesNothingThatIsLargerThanItsBuffer) {
  const std::string large(3 * TextBuffer::kSize + 1, 'x');
  const std::string text = Write([&large](XmlWriter* xml) {
    xml->Begin("all");
    for (int i = 0; i < 3; ++i) {
      xml->Begin("part");
      xml->Attribute("size", large);
      xml->Text(large);
      xml->End();
    }
    xml->End();
  });
  tinyxml2::XMLDocument document;
  ASSERT_EQ(document.Parse(text.c_str()), tinyxml2::XML_SUCCESS);
  int parts = 0;
  for (auto* part = document.RootElement()->FirstChildElement(); part != nullptr;
       part = part->NextSiblingElement(), ++parts) {
    EXPECT_EQ(part->Attribute("size"), large);
    EXPECT_EQ(part->GetText(), large);
  }
  EXPECT_EQ(parts, 3);
}

}  // namespace
}  // namespace gate
