// SPDX-License-Identifier: GPL-2.0-only
#include "html_writer.h"

#include <fmt/core.h>

#include "file_io.h"
#include "text.h"

namespace gate {
namespace {

// The policy lets nothing be loaded, whatever might slip into the page.
constexpr std::string_view kHead =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\"/>\n"
    "<meta http-equiv=\"Content-Security-Policy\" "
    "content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
    "<style>\n"
    ":root { color-scheme: light dark; --text: #1c1e21; --quiet: #5c636b; --page: #ffffff;\n"
    "  --panel: #f3f4f6; --line: #d5d9de; --good: #116329; --bad: #b3141d; --warn: #7a4d00; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "  :root { --text: #e4e6e9; --quiet: #9aa3ad; --page: #15171a; --panel: #212429;\n"
    "    --line: #3a3f46; --good: #5bd17a; --bad: #ff8080; --warn: #e5b35a; } }\n"
    "body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; background: var(--page);\n"
    "  color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }\n"
    "h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }\n"
    "dl { display: flex; flex-wrap: wrap; gap: .6rem; }\n"
    "dl > div { background: var(--panel); border: 1px solid var(--line); border-radius: .4rem;\n"
    "  padding: .4rem .8rem; } dt { color: var(--quiet); font-size: .8rem; }\n"
    "dd { margin: 0; font-size: 1.2rem; font-variant-numeric: tabular-nums; }\n"
    "table { border-collapse: collapse; width: 100%; }\n"
    "th, td { text-align: left; padding: .2rem .6rem; border-bottom: 1px solid var(--line);\n"
    "  vertical-align: top; overflow-wrap: anywhere; }\n"
    "td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }\n"
    "pre, code { font: .85rem/1.4 ui-monospace, monospace; }\n"
    "pre { background: var(--panel); border: 1px solid var(--line); border-radius: .4rem;\n"
    "  padding: .6rem; overflow-x: auto; }\n"
    "summary { cursor: pointer; font-weight: 600; overflow-wrap: anywhere; }\n"
    "details { margin: .6rem 0; }\n"
    ".good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }\n"
    ".quiet { color: var(--quiet); }\n"
    "svg text { fill: var(--text); font: 13px system-ui, sans-serif; }\n"
    "svg line { stroke: currentColor; stroke-width: 2; }\n"
    "svg rect { fill: currentColor; fill-opacity: .35; }\n"
    "@media print { body { max-width: none; margin: 0; } tr { break-inside: avoid; }\n"
    "  pre { white-space: pre-wrap; overflow-wrap: anywhere; } }\n"
    "</style>\n"
    "<title>";

std::string_view Class(HtmlWriter::Tone tone) {
  switch (tone) {
    case HtmlWriter::Tone::kPlain:
      return "plain";
    case HtmlWriter::Tone::kGood:
      return "good";
    case HtmlWriter::Tone::kBad:
      return "bad";
    case HtmlWriter::Tone::kWarn:
      return "warn";
    case HtmlWriter::Tone::kQuiet:
      return "quiet";
  }
  return "plain";
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  if (IsPlain(text)) return std::string(text);
  std::string out;
  const std::string printable = Printable(text);
  out.reserve(printable.size());
  for (const char c : printable) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

void HtmlWriter::Raw(std::string_view markup) { Put(out_, markup); }
void HtmlWriter::Text(std::string_view text) { Put(out_, EscapeHtml(text)); }

void HtmlWriter::BeginPage(std::string_view title, std::string_view heading, Tone tone) {
  Raw(kHead);
  Text(title);
  Raw("</title>\n</head>\n<body>\n<h1 class=\"");
  Raw(Class(tone));
  Raw("\">");
  Text(heading);
  Raw("</h1>\n");
}

void HtmlWriter::EndPage() { Raw("</body>\n</html>\n"); }

void HtmlWriter::Facts(const std::vector<Fact>& facts) {
  Raw("<dl>\n");
  for (const Fact& fact : facts) {
    Raw("<div><dt>");
    Text(fact.name);
    Raw("</dt><dd class=\"");
    Raw(Class(fact.tone));
    Raw("\">");
    Text(fact.value);
    Raw("</dd></div>\n");
  }
  Raw("</dl>\n");
}

void HtmlWriter::Heading(std::string_view text) {
  Raw("<h2>");
  Text(text);
  Raw("</h2>\n");
}

void HtmlWriter::Paragraph(std::string_view text) {
  Raw("<p>");
  Text(text);
  Raw("</p>\n");
}

void HtmlWriter::List(const std::vector<std::string>& items) {
  if (items.empty()) return;
  Raw("<ul>\n");
  for (const std::string& item : items) {
    Raw("<li>");
    Text(item);
    Raw("</li>\n");
  }
  Raw("</ul>\n");
}

void HtmlWriter::Lines(const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  Raw("<pre>");
  for (const std::string& line : lines) {
    Text(line);
    Raw("\n");
  }
  Raw("</pre>\n");
}

void HtmlWriter::BeginTable(const std::vector<std::string>& columns) {
  Raw("<table>\n<thead><tr>");
  for (const std::string& column : columns) {
    Raw("<th scope=\"col\">");
    Text(column);
    Raw("</th>");
  }
  Raw("</tr></thead>\n<tbody>\n");
}

void HtmlWriter::Row(const std::vector<Cell>& cells) {
  Raw("<tr>");
  for (const Cell& cell : cells) {
    Raw("<td class=\"");
    Raw(Class(cell.tone));
    if (cell.number) Raw(" number");
    Raw(cell.code ? "\"><code>" : "\">");
    Text(cell.text);
    Raw(cell.code ? "</code></td>" : "</td>");
  }
  Raw("</tr>\n");
}

void HtmlWriter::EndTable() { Raw("</tbody>\n</table>\n"); }

void HtmlWriter::Attribute(std::string_view name, double value) {
  Raw(fmt::format(" {}=\"{:.1f}\"", name, value));
}

void HtmlWriter::BeginDrawing(int width, int height, std::string_view title) {
  Raw(fmt::format("<svg viewBox=\"0 0 {} {}\" width=\"100%\" role=\"img\">\n<title>", width,
                  height));
  Text(title);
  Raw("</title>\n");
}

void HtmlWriter::Bar(double x, double y, double width, double height, Tone tone) {
  Raw("<rect");
  Attribute("x", x);
  Attribute("y", y);
  Attribute("width", width);
  Attribute("height", height);
  Raw(fmt::format(" class=\"{}\"/>\n", Class(tone)));
}

void HtmlWriter::Line(double x1, double y1, double x2, double y2, Tone tone) {
  Raw("<line");
  Attribute("x1", x1);
  Attribute("y1", y1);
  Attribute("x2", x2);
  Attribute("y2", y2);
  Raw(fmt::format(" class=\"{}\"/>\n", Class(tone)));
}

void HtmlWriter::Label(double x, double y, std::string_view text, bool ends_there) {
  Raw("<text");
  Attribute("x", x);
  Attribute("y", y);
  Raw(ends_there ? " text-anchor=\"end\">" : ">");
  Text(text);
  Raw("</text>\n");
}

void HtmlWriter::EndDrawing() { Raw("</svg>\n"); }

void HtmlWriter::BeginDetails(std::string_view summary, Tone tone, bool open) {
  Raw(open ? "<details open=\"open\"><summary class=\"" : "<details><summary class=\"");
  Raw(Class(tone));
  Raw("\">");
  Text(summary);
  Raw("</summary>\n");
}

void HtmlWriter::EndDetails() { Raw("</details>\n"); }

}  // namespace gate
