#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "column/type.h"
#include "storage/stream/compression.h"

namespace trueno {

/// How values follow each other in a file.
enum class JsonFormat : std::uint8_t {
  kAuto,
  kNewlineDelimited,  // a value a line: lines are scanned at the same time
  kArray,             // one array, whose elements are the rows
  kUnstructured,      // values with any space between, also over several lines
};

enum class JsonRecords : std::uint8_t { kAuto, kYes, kNo };

/// What a JSON value is read as. `text`: the JSON itself, as a VARCHAR without space between its parts, or with it when `verbatim`.
struct JsonType {
  Type type;
  bool text = false;
  bool verbatim = false;
  std::vector<JsonType> children = {};  // of nested types, like type.children

  [[nodiscard]] static JsonType json_text(bool verbatim = false) { return {TypeId::kVarchar, true, verbatim, {}}; }
  /// Values of the type; no part is `text`.
  [[nodiscard]] static JsonType of(Type type);
  [[nodiscard]] static JsonType list(JsonType element);
  [[nodiscard]] static JsonType map(JsonType value);
  [[nodiscard]] static JsonType structure(std::vector<std::string> names, std::vector<JsonType> types);
  friend bool operator==(const JsonType& a, const JsonType& b);
};

struct JsonColumnOption {
  std::string name;
  JsonType type;
};

/// How to read JSON files. What is not given is found out from a sample. The names are those of SQL's read_json.
struct JsonOptions {
  JsonFormat format = JsonFormat::kAuto;
  JsonRecords records = JsonRecords::kAuto;  // whether each row is an object whose members are the columns; else there is one column
  Compression compression = Compression::kNone;
  std::vector<JsonColumnOption> columns = {};  // names and types of all columns; nothing is guessed then
  bool objects = false;                        // one column with the JSON of each row
  bool ignore_errors = false;                  // what cannot be read is NULL: a value, or a whole row where a line is no JSON
  bool convert_strings_to_integers = false;    // "12" is guessed to be a number
  std::int64_t sample_size = 20'480;           // rows that are looked at; -1: all
  std::int64_t maximum_depth = -1;             // what lies deeper is read as its JSON; -1: no limit
  std::int64_t maximum_object_size = std::int64_t{16} << 20;  // bytes of a row
  double field_appearance_threshold = 0.1;                    // objects that have fewer of all names on average are maps
  std::int64_t map_inference_threshold = 200;                 // and so are objects of so many names and one type
  std::int64_t part_bytes = std::int64_t{8} << 20;            // about how much of a file of lines is scanned as one part
  std::string reading = {};                                   // all of this in words, whatever they are: part of a source's identity
};

}  // namespace trueno
