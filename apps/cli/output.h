#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "trueno/trueno.h"

namespace trueno::cli {

enum class Format { kTable, kCsv, kJson, kJsonLines, kMarkdown };

/// Sets `format` from its name; false when there is none.
bool format_from_name(std::string_view name, Format& format);
/// Writes a result's rows. csv and json: the result and nothing else.
void write_result(const QueryResult& result, Format format, std::FILE* out);
/// One line: rows, time, devices.
std::string footer(const QueryResult& result);

}  // namespace trueno::cli
