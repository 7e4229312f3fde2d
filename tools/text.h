// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_TEXT_H_
#define TOOLS_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace gate {

/// Bytes of the UTF-8 character at the front of `text`, 1 to 4. 0: what stands there is no valid
/// UTF-8 (overlong forms, surrogates and values past U+10FFFF are not).
std::size_t Utf8Length(std::string_view text);

/// Whether `text` is ASCII alone, with no control byte and none that XML, HTML or JSON escape: it
/// may stand in any of them as it is.
bool IsPlain(std::string_view text);

/// `text` made safe to show, and valid UTF-8: control characters (C0 but for the tab, which becomes
/// a space, DEL, C1), direction overrides and bytes that are no UTF-8 become `\xNN`. A log cannot
/// move a terminal's cursor, set its title or reorder what the reader sees.
std::string Printable(std::string_view text);

/// `text`, valid UTF-8, with "..." for what is beyond `most` bytes (3 or more), in whole
/// characters.
std::string Cut(std::string text, std::size_t most);

}  // namespace gate

#endif  // TOOLS_TEXT_H_
