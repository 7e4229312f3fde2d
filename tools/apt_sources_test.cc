// SPDX-License-Identifier: GPL-2.0-only
#include "apt_sources.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "test_files.h"

namespace apt_sources {
namespace {

using Words = std::vector<std::string>;

TEST(AptSourcesTest, ReadsLines) {
  const auto archives = ParseList(
      "# deb http://commented.example/debian bookworm main\n"
      "deb http://a.example/debian bookworm main contrib # why\n"
      "deb-src http://a.example/debian bookworm main\n"
      "deb [arch=amd64 signed-by=/k/one.gpg,/k/two.gpg trusted=yes] http://b.example/ trixie main\n"
      "deb [ Signed-By=/k/three.gpg ] http://c.example/ sid main\n"
      "deb http://short.example/\n");
  ASSERT_EQ(archives.size(), 3u);
  EXPECT_EQ(archives[0].uri, "http://a.example/debian");
  EXPECT_EQ(archives[0].suites, Words{"bookworm"});
  EXPECT_EQ(archives[0].components, (Words{"main", "contrib"}));
  EXPECT_EQ(archives[0].signed_by, "");
  EXPECT_FALSE(archives[0].trusted);
  EXPECT_EQ(archives[1].signed_by, "/k/one.gpg /k/two.gpg");
  EXPECT_TRUE(archives[1].trusted);
  EXPECT_EQ(archives[2].signed_by, "/k/three.gpg");
  EXPECT_EQ(archives[2].uri, "http://c.example/");
}

TEST(AptSourcesTest, ReadsStanzas) {
  const auto archives = ParseStanzas(
      "Types: deb deb-src\n"
      "# a comment inside\n"
      "URIs: http://a.example/debian http://b.example/debian\n"
      "Suites: bookworm bookworm-updates\n"
      "Components: main\n"
      "Signed-By:\n"
      " -----BEGIN PGP PUBLIC KEY BLOCK-----\n"
      " .\n"
      " abc\n"
      "\n"
      "Types: deb\nURIs: http://off.example/\nSuites: x\nComponents: main\nEnabled: no\n"
      "\n"
      "Types: deb-src\nURIs: http://sources.example/\nSuites: x\nComponents: main\n"
      " \n"
      "types: deb\nuris: http://last.example/\nsuites: x\ncomponents: main\ntrusted: true");
  ASSERT_EQ(archives.size(), 3u);
  EXPECT_EQ(archives[0].uri, "http://a.example/debian");
  EXPECT_EQ(archives[1].uri, "http://b.example/debian");
  EXPECT_EQ(archives[1].suites, (Words{"bookworm", "bookworm-updates"}));
  EXPECT_EQ(archives[1].signed_by, "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc");
  EXPECT_EQ(archives[2].uri, "http://last.example/");
  EXPECT_TRUE(archives[2].trusted);
}

TEST(AptSourcesTest, FindsTheArchivesOfTheMachinesOwnSuite) {
  const gate::TestFolder folder;
  std::filesystem::create_directory(folder.Path("sources.list.d"));
  folder.Write("sources.list",
               "deb http://security.example/debian-security bookworm-security main\n"
               "deb http://vendor.example/apt stable main\n"
               "deb http://free.example/debian bookworm non-free\n");
  folder.Write("sources.list.d/b.list", "deb http://second.example/debian bookworm main\n");
  folder.Write(
      "sources.list.d/a.sources",
      "Types: deb\nURIs: http://first.example/debian\nSuites: bookworm\n"
      "Components: main\nSigned-By: /k/debian.gpg\n\n"
      "Types: deb\nURIs: http://first.example/debian\nSuites: bookworm\nComponents: main\n");
  folder.Write("sources.list.d/c.list.save", "deb http://saved.example/debian bookworm main\n");
  const auto archives = FindArchives(folder.Path(""), "bookworm");
  ASSERT_EQ(archives.size(), 2u);
  EXPECT_EQ(archives[0].uri, "http://first.example/debian");
  EXPECT_EQ(archives[0].signed_by, "/k/debian.gpg");
  EXPECT_EQ(archives[1].uri, "http://second.example/debian");
}

TEST(AptSourcesTest, AStanzaSaysTheSameWithAnotherSuite) {
  const Archive archive = {"http://a.example/debian", {"bookworm"}, {"main"}, "\n .\n key", true};
  const auto again = ParseStanzas(StanzaFor(archive, "trixie-backports"));
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].uri, archive.uri);
  EXPECT_EQ(again[0].suites, Words{"trixie-backports"});
  EXPECT_EQ(again[0].signed_by, archive.signed_by);
  EXPECT_TRUE(again[0].trusted);
  EXPECT_FALSE(ParseStanzas(StanzaFor({"u", {}, {}, "", false}, "s"))[0].trusted);
}

}  // namespace
}  // namespace apt_sources
