// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_APT_SOURCES_H_
#define TOOLS_APT_SOURCES_H_

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "result.h"

/// What a machine's apt is told of archives: sources.list(5), in both of its forms.
namespace apt_sources {

/// One archive, and the suites of it that the machine takes packages from.
struct Archive {
  std::string uri;
  std::vector<std::string> suites;
  std::vector<std::string> components;
  std::string signed_by;  ///< Keyrings, fingerprints or a whole key; empty: apt's trusted ones.
  bool trusted = false;   ///< Whether the machine takes it without a signature.
};

/// The archives of binary packages in a file of lines ("deb [signed-by=...] URI suite main").
std::vector<Archive> ParseList(std::string_view text);

/// The same of a file of stanzas ("Types: deb"). One that is not enabled has none.
std::vector<Archive> ParseStanzas(std::string_view text);

/// The archives that `folder`, commonly /etc/apt, names in sources.list and sources.list.d, in
/// apt's order, as far as they serve `suite` of the machine itself and have the component main.
std::vector<Archive> FindArchives(const std::filesystem::path& folder, std::string_view suite);

/// A stanza that takes `suite`, and nothing but its list of packages, from the same archive.
std::string StanzaFor(const Archive& archive, std::string_view suite);

}  // namespace apt_sources

#endif  // TOOLS_APT_SOURCES_H_
