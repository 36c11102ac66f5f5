// Columns -> Arrow arrays. The exported structure owns copies of the column's buffers, which share their memory.
//
// Values that lie as Arrow's do are shared; the others are converted row by row into a buffer of their own, which then starts at row 0
// (`offset`). A structure owns its children until the consumer moves them out; `release` frees what is left. While an export is under way
// its parts hang on an ArrayHolder, so that an error in the middle frees all of them.
#include <cstring>
#include <memory>

#include "column/arrow_layout.h"

namespace trueno {

namespace {

// What stands behind an exported schema node.
struct SchemaHolder {
  std::string format;
  std::string name;
  std::string metadata;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> child_pointers;
  ArrowSchema dictionary{};
};

// Children are released unless the consumer moved them out, which the specification allows.
void release_schema(ArrowSchema* schema) {
  auto* holder = static_cast<SchemaHolder*>(schema->private_data);
  for (ArrowSchema& child : holder->children) {
    if (child.release != nullptr) child.release(&child);
  }
  if (holder->dictionary.release != nullptr) holder->dictionary.release(&holder->dictionary);
  schema->release = nullptr;
  delete holder;
}

// Arrow's metadata encoding of an extension name: i32 count, then i32 length and bytes of each key and value.
std::string extension_metadata(std::string_view name) {
  std::string metadata;
  const auto number = [&](std::size_t value) {
    char bytes[4];
    store(bytes, static_cast<std::int32_t>(value));
    metadata.append(bytes, 4);
  };
  const auto text = [&](std::string_view value) {
    number(value.size());
    metadata.append(value);
  };
  number(2);
  text("ARROW:extension:name");
  text(name);
  text("ARROW:extension:metadata");
  text("");
  return metadata;
}

// One node and all below. Nothing here can fail: types are ours.
void fill_schema(const Field& field, bool dictionary, const ArrowExportOptions& options, ArrowSchema* out) {
  auto* holder = new SchemaHolder;
  const Type& type = field.type;
  holder->format = arrow_format(type, dictionary, options);
  holder->name = field.name;
  if (type.id == TypeId::kUuid) holder->metadata = extension_metadata("arrow.uuid");
  std::vector<Field> children;
  if (type.id == TypeId::kMap) {
    children.push_back({"entries", Type::structure({{"key", (*type.children)[0].type}, {"value", (*type.children)[1].type}}), false});
  } else if (type.is_nested()) {
    for (const TypeField& child : *type.children) children.push_back({type.id == TypeId::kList ? "item" : child.name, child.type, true});
  }
  holder->children.resize(children.size());
  for (std::size_t i = 0; i < children.size(); ++i) {
    fill_schema(children[i], false, options, &holder->children[i]);
    holder->child_pointers.push_back(&holder->children[i]);
  }
  *out = {};
  out->format = holder->format.c_str();
  out->name = holder->name.c_str();
  out->metadata = holder->metadata.empty() ? nullptr : holder->metadata.data();
  out->flags = field.nullable ? ARROW_FLAG_NULLABLE : 0;
  out->n_children = static_cast<std::int64_t>(children.size());
  out->children = holder->child_pointers.data();
  if (dictionary || type.id == TypeId::kEnum) {
    const Type values = type.id == TypeId::kEnum ? Type(TypeId::kVarchar) : type;
    fill_schema({"", values, true}, false, options, &holder->dictionary);
    out->dictionary = &holder->dictionary;
    if (type.id == TypeId::kEnum) out->flags |= ARROW_FLAG_DICTIONARY_ORDERED;
  }
  out->release = release_schema;
  out->private_data = holder;
}

struct ArrayHolder {
  std::vector<Buffer> buffers;
  std::vector<const void*> pointers;
  std::vector<std::int64_t> text_sizes;
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> child_pointers;
  ArrowArray dictionary{};
};

void release_array(ArrowArray* array) {
  auto* holder = static_cast<ArrayHolder*>(array->private_data);
  for (ArrowArray& child : holder->children) {
    if (child.release != nullptr) child.release(&child);
  }
  if (holder->dictionary.release != nullptr) holder->dictionary.release(&holder->dictionary);
  array->release = nullptr;
  delete holder;
}

// Publishes what the holder has gathered.
void finish(std::unique_ptr<ArrayHolder> holder, std::int64_t length, std::int64_t null_count, std::int64_t offset, ArrowArray* out) {
  for (const Buffer& buffer : holder->buffers) holder->pointers.push_back(buffer.data());
  if (!holder->text_sizes.empty()) holder->pointers.push_back(holder->text_sizes.data());
  for (ArrowArray& child : holder->children) holder->child_pointers.push_back(&child);
  *out = {};
  out->length = length;
  out->null_count = null_count;
  out->offset = offset;
  out->n_buffers = static_cast<std::int64_t>(holder->pointers.size());
  out->buffers = holder->pointers.data();
  out->n_children = static_cast<std::int64_t>(holder->children.size());
  out->children = holder->child_pointers.data();
  out->dictionary = holder->dictionary.release != nullptr ? &holder->dictionary : nullptr;
  out->release = release_array;
  out->private_data = holder.release();
}

// Frees a holder's children when an error interrupts an export.
struct Unfinished {
  void operator()(ArrayHolder* holder) const {
    ArrowArray array{};
    array.private_data = holder;
    release_array(&array);
  }
};
using HolderPointer = std::unique_ptr<ArrayHolder, Unfinished>;

// Converts the values of a plain column; the result starts at row 0. `function` returns false for what Arrow's type cannot hold, which is
// an error only on valid rows.
template <class From, class To, class Function>
Result<Buffer> map_rows(const Column& column, Function function) {
  MutableBuffer out = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(column.length) * sizeof(To)));
  const std::uint8_t* from = column.values.data() + static_cast<std::size_t>(column.offset) * sizeof(From);
  for (std::int64_t row = 0; row < column.length; ++row) {
    To value{};
    if (!function(load<From>(from + static_cast<std::size_t>(row) * sizeof(From)), value) && column.is_valid(row)) {
      return error(ErrorCode::kOutOfRange, "the {} value {} does not fit its Arrow type", column.type.to_string(),
                   column.value(row).to_string());
    }
    store(out.data() + static_cast<std::size_t>(row) * sizeof(To), value);
  }
  return std::move(out).freeze();
}

// BOOLEAN: our bytes to Arrow's bits.
Result<Buffer> bits_of(const Column& column) {
  MutableBuffer out = TRUENO_TRY(MutableBuffer::zeroed(bytes_for_bits(static_cast<std::size_t>(column.length))));
  for (std::int64_t row = 0; row < column.length; ++row) {
    if (column.values.data()[column.offset + row] != 0) set_bit(out.data(), static_cast<std::size_t>(row));
  }
  return std::move(out).freeze();
}

struct Bytes16 {
  std::uint8_t bytes[16];
};

// The values in Arrow's form, from row 0 on; nothing where they already have it.
Result<Buffer> converted(const Column& column) {
  switch (column.type.id) {
    case TypeId::kBoolean: return bits_of(column);
    case TypeId::kHugeInt:
      return map_rows<i128, i128>(column, [](i128 value, i128& out) {
        out = value;
        return value < power_of_ten(38) && value > -power_of_ten(38);
      });
    case TypeId::kDecimal:
      if (column.physical() == Physical::kI128) return Buffer();
      return map_rows<std::int64_t, i128>(column, [](std::int64_t value, i128& out) {
        out = value;
        return true;
      });
    case TypeId::kUuid:
      return map_rows<i128, Bytes16>(column, [](i128 value, Bytes16& out) {
        u128 bits = static_cast<u128>(value) ^ (static_cast<u128>(1) << 127);
        for (int i = 15; i >= 0; --i, bits >>= 8) out.bytes[i] = static_cast<std::uint8_t>(bits & 0xFF);
        return true;
      });
    case TypeId::kInterval:
      return map_rows<IntervalValue, MonthDayNano>(column, [](const IntervalValue& value, MonthDayNano& out) {
        out = {value.months, value.days, 0};
        return !__builtin_mul_overflow(value.micros, std::int64_t{1000}, &out.nanos);
      });
    default: return Buffer();
  }
}

// Utf8 with i32 offsets, for consumers that do not know views.
Status add_flat_texts(const Column& column, ArrayHolder& holder) {
  MutableBuffer offsets = TRUENO_TRY(MutableBuffer::zeroed(static_cast<std::size_t>(column.length + 1) * 4));
  std::int64_t total = 0;
  for (std::int64_t row = 0; row < column.length; ++row) {
    if (column.is_valid(row)) total += static_cast<std::int64_t>(column.text(row).size());
    if (total > INT32_MAX)
      return error(ErrorCode::kOutOfRange, "a batch of more than 2 GiB of texts does not fit Arrow's Utf8; use string views");
    offsets.as<std::int32_t>()[row + 1] = static_cast<std::int32_t>(total);
  }
  MutableBuffer texts = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(total)));
  for (std::int64_t row = 0; row < column.length; ++row) {
    if (!column.is_valid(row)) continue;
    const std::string_view text = column.text(row);
    if (!text.empty()) std::memcpy(texts.data() + offsets.as<std::int32_t>()[row], text.data(), text.size());
  }
  holder.buffers.push_back(std::move(offsets).freeze());
  holder.buffers.push_back(std::move(texts).freeze());
  return {};
}

// Any column. What Arrow has no form for (packed, run-length, constant) is decoded first.
Status fill_array(const Column& from, const ArrowExportOptions& options, ArrowArray* out);

// LIST, STRUCT, MAP of a decoded column (offset 0).
Status fill_nested(const Column& column, const ArrowExportOptions& options, ArrayHolder& holder) {
  const bool is_struct = column.type.id == TypeId::kStruct;
  if (!is_struct) holder.buffers.push_back(column.values);
  if (column.type.id == TypeId::kMap) {
    Column entries;
    entries.type = Type::structure({{"key", column.children[0].type}, {"value", column.children[1].type}});
    entries.length = column.children[0].length;
    entries.children = column.children;
    holder.children.resize(1);
    return fill_array(entries, options, &holder.children[0]);
  }
  holder.children.resize(column.children.size());
  for (std::size_t i = 0; i < column.children.size(); ++i) {
    const Column& child = column.children[i];
    TRUENO_TRY(fill_array(is_struct ? child.slice(0, column.length) : child, options, &holder.children[i]));
  }
  return {};
}

// The buffers behind the validity. `offset` becomes 0 where values were converted.
Status fill_plain(const Column& column, const ArrowExportOptions& options, ArrayHolder& holder, std::int64_t& offset) {
  offset = column.offset;
  if (column.type.is_nested()) return fill_nested(column, options, holder);
  if (column.physical() == Physical::kString) {
    if (!options.string_views) {
      offset = 0;
      return add_flat_texts(column, holder);
    }
    holder.buffers.push_back(column.values);
    for (const Buffer& texts : column.string_buffers) {
      holder.buffers.push_back(texts);
      holder.text_sizes.push_back(static_cast<std::int64_t>(texts.size()));
    }
    if (holder.text_sizes.empty()) holder.buffers.emplace_back();  // stands for the empty list of sizes
    return {};
  }
  Buffer values = TRUENO_TRY(converted(column));
  if (values.empty()) {
    values = column.values;
  } else {
    offset = 0;
  }
  holder.buffers.push_back(std::move(values));
  return {};
}

// The dictionary of an ENUM: its labels, in their order.
Result<Column> labels_of(const Type& type) {
  ColumnBuilder labels(TypeId::kVarchar);
  for (const std::string& label : *type.enum_values) TRUENO_TRY(labels.append_string(label));
  return labels.finish();
}

Status fill_array(const Column& from, const ArrowExportOptions& options, ArrowArray* out) {
  const bool dictionary = from.encoding == Encoding::kDictionary && options.keep_dictionaries;
  const bool as_is = dictionary || (from.encoding == Encoding::kPlain && !from.type.is_nested());
  const Column column = as_is ? from : TRUENO_TRY(from.decoded());
  HolderPointer holder(new ArrayHolder);
  if (column.type.id == TypeId::kNull) {
    finish(std::unique_ptr<ArrayHolder>(holder.release()), column.length, column.length, 0, out);
    return {};
  }
  holder->buffers.push_back(column.null_count != 0 ? column.validity : Buffer());
  std::int64_t offset = column.offset;
  if (dictionary) {
    holder->buffers.push_back(column.values);
    TRUENO_TRY(fill_array(*column.dictionary->values, options, &holder->dictionary));
  } else {
    TRUENO_TRY(fill_plain(column, options, *holder, offset));
    if (column.type.id == TypeId::kEnum) TRUENO_TRY(fill_array(TRUENO_TRY(labels_of(column.type)), options, &holder->dictionary));
  }
  if (offset != column.offset && column.null_count != 0) {  // the values moved to row 0, so the validity must follow
    MutableBuffer bits = TRUENO_TRY(MutableBuffer::zeroed(bytes_for_bits(static_cast<std::size_t>(column.length))));
    copy_bits(column.validity.data(), static_cast<std::size_t>(column.offset), static_cast<std::size_t>(column.length), bits.data());
    holder->buffers.front() = std::move(bits).freeze();
  }
  finish(std::unique_ptr<ArrayHolder>(holder.release()), column.length, column.null_count, offset, out);
  return {};
}

// Any string column can be given as a dictionary: its own values, numbered.
Result<Column> as_dictionary(const Column& column) {
  if (column.encoding == Encoding::kDictionary) return column;
  Column values = TRUENO_TRY(column.decoded());
  Column coded;
  coded.type = column.type;
  coded.length = column.length;
  coded.null_count = column.null_count;
  coded.validity = values.validity;
  coded.encoding = Encoding::kDictionary;
  MutableBuffer codes = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(column.length) * 4));
  for (std::int64_t row = 0; row < column.length; ++row) codes.as<std::uint32_t>()[row] = static_cast<std::uint32_t>(row);
  coded.values = std::move(codes).freeze();
  auto dictionary = std::make_shared<Dictionary>();
  dictionary->id = Dictionary::next_id();
  values.validity = Buffer();
  values.null_count = 0;
  dictionary->values = std::make_shared<const Column>(std::move(values));
  coded.dictionary = std::move(dictionary);
  return coded;
}

}  // namespace

void export_batch_schema(const Schema& schema, const std::vector<bool>& dictionaries, const ArrowExportOptions& options, ArrowSchema* out) {
  std::vector<TypeField> none;
  fill_schema({"", Type::structure(none), false}, false, options, out);
  auto* holder = static_cast<SchemaHolder*>(out->private_data);
  holder->children.resize(schema.size());
  for (std::size_t i = 0; i < schema.size(); ++i) {
    fill_schema(schema[i], i < dictionaries.size() && dictionaries[i], options, &holder->children[i]);
    holder->child_pointers.push_back(&holder->children[i]);
  }
  out->n_children = static_cast<std::int64_t>(schema.size());
  out->children = holder->child_pointers.data();
}

Status export_batch_array(const Batch& batch, const std::vector<bool>& dictionaries, ArrowExportOptions options, ArrowArray* out) {
  HolderPointer holder(new ArrayHolder);
  holder->buffers.emplace_back();
  holder->children.resize(batch.columns.size());
  for (std::size_t i = 0; i < batch.columns.size(); ++i) {
    options.keep_dictionaries = i < dictionaries.size() && dictionaries[i];
    const Column column = options.keep_dictionaries ? TRUENO_TRY(as_dictionary(batch.columns[i])) : batch.columns[i];
    TRUENO_TRY(fill_array(column, options, &holder->children[i]));
  }
  finish(std::unique_ptr<ArrayHolder>(holder.release()), batch.length, 0, 0, out);
  return {};
}

Status export_schema(const Schema& schema, ArrowSchema* out, const ArrowExportOptions& options) {
  export_batch_schema(schema, {}, options, out);
  return {};
}

Status export_batch(const Schema& schema, const Batch& batch, ArrowArray* out, const ArrowExportOptions& options) {
  TRUENO_ASSERT(schema.size() == batch.columns.size());
  return export_batch_array(batch, {}, options, out);
}

Status export_column(const Field& field, const Column& column, ArrowSchema* schema, ArrowArray* array, const ArrowExportOptions& options) {
  ArrowExportOptions kept = options;
  kept.keep_dictionaries = column.encoding == Encoding::kDictionary;
  TRUENO_TRY(fill_array(column, kept, array));
  fill_schema(field, kept.keep_dictionaries, options, schema);
  return {};
}

}  // namespace trueno
