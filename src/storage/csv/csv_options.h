#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "column/type.h"
#include "storage/stream/compression.h"

namespace trueno {

/// How to read a CSV file. What is not given is found out from a sample. The names are those of SQL's read_csv.
struct CsvOptions {
  std::optional<char> delim = std::nullopt;
  std::optional<char> quote = std::nullopt;   // '\0': no quotes
  std::optional<char> escape = std::nullopt;  // what makes a quote inside quotes literal; the quote itself when not given
  std::optional<bool> header = std::nullopt;
  std::string nullstr = {};                              // the text that means NULL, quoted or not
  Schema columns = {};                                   // names and types of all columns; nothing is guessed then
  std::vector<std::pair<std::string, Type>> types = {};  // types of some columns, by name
  std::vector<std::string> names = {};                   // of the first columns
  std::vector<Type> first_types = {};                    // types of the first columns
  bool all_varchar = false;
  bool ignore_errors = false;                       // leave out rows that cannot be read
  bool null_padding = false;                        // rows that are too short end in NULLs
  std::int64_t sample_size = 20'480;                // rows that are looked at; -1: all
  std::int64_t skip = 0;                            // lines before the header
  std::int64_t part_bytes = std::int64_t{8} << 20;  // about how much of the file is scanned as one part
  Compression compression = Compression::kNone;     // a packed file is one part
  std::string reading = {};                         // all of this in words, whatever they are: part of a source's identity
};

/// The punctuation of a file.
struct CsvDialect {
  char delim = ',';
  char quote = '"';
  char escape = '"';
};

}  // namespace trueno
