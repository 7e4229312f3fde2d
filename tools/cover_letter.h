// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_COVER_LETTER_H_
#define TOOLS_COVER_LETTER_H_

#include <string>
#include <string_view>
#include <vector>

#include "bench_rows.h"
#include "result.h"
#include "verdict.h"

/// The cover letter as kernel/0000-cover-letter.patch keeps it: a mail's head, with a subject that
/// bears no numbers, and the text. Shortlog and diffstat are git's, and come when it is sent.
///
/// What a target of this project measured stands in parts that begin and end like this, so that a
/// program can write them and a reader sees where they come from:
///
///     ==== cmake --build build --target before-after
///     ==== end
namespace cover_letter {

/// The targets that the parts of `letter` name, in order. A part without an end is an error.
gate::Result<std::vector<std::string>> Targets(std::string_view letter);

/// The targets whose parts hold nothing.
gate::Result<std::vector<std::string>> EmptyParts(std::string_view letter);

/// `letter` with `text` in the part of `target`; unchanged where that says so already.
gate::Result<std::string> WithPart(std::string_view letter, std::string_view target,
                                   std::string_view text);

/// A run of KUnit as the letter tells it. A run that did not pass is an error: it has no place
/// in a letter.
gate::Result<std::string> DescribeKunit(const gate::Verdict& verdict, const std::string& base);

/// What before_after::TextReport() wrote, as short as it can be told: no times, which say nothing
/// about other machines, and of a table after the first only the rows that are not in that.
std::string DescribeComparison(std::string_view report);

/// The same without its tables: for a second comparison, whose rows were judged by the same table
/// of what is expected.
std::string SummarizeComparison(std::string_view report);

/// What fence-cost measured, figure by figure. A figure beyond its limit, and one that was not
/// taken, is an error.
gate::Result<std::string> DescribeCost(const std::vector<bench::Row>& rows,
                                       const std::string& base);

/// `generated` by `git format-patch --cover-letter`, with the subject and the text of `letter` in
/// the places that git leaves for them.
gate::Result<std::string> Fill(std::string_view generated, std::string_view letter);

/// `mail` with the headers that tell its character set, UTF-8, where it is not ASCII and they are
/// not there. git writes them for what it puts into a letter by itself.
std::string WithCharset(std::string mail);

}  // namespace cover_letter

#endif  // TOOLS_COVER_LETTER_H_
