#pragma once

#include <string>
#include <string_view>

#include "output.h"

namespace trueno::cli {

/// Columns of a terminal that UTF-8 text takes: two for East Asian wide characters, none for marks that combine.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// The first characters of `text` that take at most `width` columns, the last of them "…" when something was left out.
[[nodiscard]] std::string shortened(const std::string& text, std::size_t width);

/// A result in a frame, with the columns' types; with a limit on rows the first and the last are shown. Cells of several lines stay so.
[[nodiscard]] std::string draw_table(const QueryResult& result, const TableStyle& style);

}  // namespace trueno::cli
