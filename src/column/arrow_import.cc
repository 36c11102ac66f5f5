// Arrow arrays -> columns. One reader walks the tree of arrays along the tree of layouts; every buffer it hands out holds on to the
// whole array, which is released with the last of them.
//
// An array is read in three steps: `check` compares it with what the specification promises, `note_validity` takes its bitmap, and one
// function a kind takes or converts its values. Nothing is trusted that a loop would later index with: lengths, offsets, codes, run ends
// and the targets of text views are all looked at here, once, so that the engine never has to.
//
// What is not checked: that pointers point to as many bytes as the lengths say. The interface gives no sizes, so a producer that lies
// about them cannot be caught.
#include <algorithm>
#include <unordered_map>

#include "column/arrow_layout.h"
#include "column/physical_dispatch.h"

namespace trueno {

namespace {

constexpr std::int64_t kMaxLength = std::int64_t{1} << 46;
constexpr int kSegmentBits = 30;  // texts behind 2 GiB are reached through buffers that begin every GiB

// Moves the structure, as the specification asks of a consumer: the caller's copy is marked released, ours is released when the last
// buffer that points into it goes.
std::shared_ptr<const void> take_over(ArrowArray* array) {
  auto* moved = new ArrowArray(*array);
  array->release = nullptr;
  return {moved, [](const ArrowArray* held) {
            auto* mutable_array = const_cast<ArrowArray*>(held);
            if (mutable_array->release != nullptr) mutable_array->release(mutable_array);
            delete mutable_array;
          }};
}

// How many buffers and children an array of this kind has; -1 = any number.
struct Shape {
  std::int64_t buffers;
  std::int64_t children;
};

Shape shape_of(const ArrowLayout& layout) {
  switch (layout.kind) {
    case ArrowKind::kNull: return {0, 0};
    case ArrowKind::kText32:
    case ArrowKind::kText64: return {3, 0};
    case ArrowKind::kView: return {-1, 0};
    case ArrowKind::kList32:
    case ArrowKind::kList64:
    case ArrowKind::kMap: return {2, 1};
    case ArrowKind::kFixedList: return {1, 1};
    case ArrowKind::kStruct: return {1, static_cast<std::int64_t>(layout.children.size())};
    case ArrowKind::kRunEnds: return {0, 2};
    default: return {2, 0};
  }
}

// The record of a text that lies at `offset` of text buffer number `buffer`; short texts are copied into the record.
StoredView make_record(const char* text, std::int64_t size, std::int32_t buffer, std::int32_t offset) {
  StoredView record;
  if (size <= static_cast<std::int64_t>(StringView::kInline)) {
    const StringView inline_view(std::string_view(text, static_cast<std::size_t>(size)));
    std::memcpy(static_cast<void*>(&record), &inline_view, sizeof record);
    return record;
  }
  record.size = static_cast<std::int32_t>(size);
  std::memcpy(record.prefix, text, 4);
  record.buffer = buffer;
  record.offset = offset;
  return record;
}

}  // namespace

// Reads one array and its children. Rows keep the array's own offset where values are shared (`offset` of a column means the same); a
// conversion starts at row 0, and `rebase` moves the validity after it.
class ArrowArrayReader {
 public:
  explicit ArrowArrayReader(std::shared_ptr<const void> owner) : owner_(std::move(owner)) {}

  Result<Column> read(const ArrowLayout& layout, const ArrowArray& array, ArrowImporter::KnownDictionary* known) {
    TRUENO_TRY(check(layout, array));
    if (layout.kind == ArrowKind::kNull) return constant_column(Value::null(TypeId::kNull), array.length);
    Column column;
    column.type = layout.field.type;
    column.length = array.length;
    column.offset = array.offset;
    if (layout.kind != ArrowKind::kRunEnds) note_validity(array, column);
    switch (layout.kind) {
      case ArrowKind::kNull: break;
      case ArrowKind::kText32: TRUENO_TRY(read_texts<std::int32_t>(array, column)); break;
      case ArrowKind::kText64: TRUENO_TRY(read_texts<std::int64_t>(array, column)); break;
      case ArrowKind::kView: TRUENO_TRY(read_views(array, column)); break;
      case ArrowKind::kFixedBytes: TRUENO_TRY(read_fixed_bytes(layout, array, column)); break;
      case ArrowKind::kList32:
      case ArrowKind::kList64:
      case ArrowKind::kFixedList:
      case ArrowKind::kMap: TRUENO_TRY(read_list(layout, array, column)); break;
      case ArrowKind::kStruct: TRUENO_TRY(read_struct(layout, array, column)); break;
      case ArrowKind::kRunEnds: TRUENO_TRY(read_runs(layout, array, column)); break;
      case ArrowKind::kDictionary: TRUENO_TRY(read_dictionary(layout, array, column, known)); break;
      default: TRUENO_TRY(read_values(layout, array, column)); break;
    }
    column.statistics.null_count = column.null_count;
    return column;
  }

 private:
  // The parts of the specification a reader relies on.
  static Status check(const ArrowLayout& layout, const ArrowArray& array) {
    const auto bad = [&](std::string_view what) {
      return error(ErrorCode::kInvalidInput, "the Arrow array of column \"{}\" {}", layout.field.name, what);
    };
    if (array.length < 0 || array.offset < 0 || array.length > kMaxLength || array.offset > kMaxLength)
      return bad("has a negative or absurd length");
    const Shape shape = shape_of(layout);
    if (shape.buffers >= 0 && array.n_buffers != shape.buffers && !(layout.kind == ArrowKind::kNull && array.n_buffers == 1)) {
      return bad(fmt::format("has {} buffers instead of {}", array.n_buffers, shape.buffers));
    }
    if (shape.buffers < 0 && array.n_buffers < 3) return bad("lacks buffers");
    if (array.n_children != shape.children) return bad(fmt::format("has {} children instead of {}", array.n_children, shape.children));
    if (array.n_buffers > 0 && array.buffers == nullptr) return bad("lacks its buffers");
    if (array.n_children > 0 && array.children == nullptr) return bad("lacks its children");
    for (std::int64_t i = 0; i < array.n_children; ++i) {
      if (array.children[i] == nullptr) return bad(fmt::format("lacks its child {}", i));
    }
    const bool values_needed = array.length > 0 && array.n_buffers >= 2;
    if (values_needed && array.buffers[1] == nullptr) return bad("has no values");
    if (array.null_count > 0 && array.n_buffers > 0 && layout.kind != ArrowKind::kNull && array.buffers[0] == nullptr) {
      return bad("counts NULLs without a validity bitmap");
    }
    if (array.null_count > array.length) return bad("counts more NULLs than rows");
    if (layout.kind == ArrowKind::kDictionary && array.dictionary == nullptr) return bad("lacks its dictionary");
    return {};
  }

  // A shared buffer. Arrow may give no pointer for zero bytes; ours never lack one, because "no buffer" means "all valid".
  Buffer buffer(const void* data, std::size_t size) const {
    static constexpr std::uint8_t kNothing[64] = {};
    return {data != nullptr ? static_cast<const std::uint8_t*>(data) : kNothing, size, owner_};
  }

  // Counts NULLs itself: a producer may say -1 (unknown), and a wrong count would turn off checks.
  void note_validity(const ArrowArray& array, Column& column) const {
    if (array.n_buffers == 0 || array.buffers[0] == nullptr || array.null_count == 0) return;
    const auto* bits = static_cast<const std::uint8_t*>(array.buffers[0]);
    const auto end = static_cast<std::size_t>(array.offset + array.length);
    column.null_count = array.length - static_cast<std::int64_t>(count_set_bits(bits, static_cast<std::size_t>(array.offset),
                                                                                static_cast<std::size_t>(array.length)));
    if (column.null_count != 0) column.validity = buffer(bits, bytes_for_bits(end));
  }

  // Moves the column's rows to offset 0: its values have been converted.
  static Status rebase(Column& column) {
    if (!column.validity.empty() && column.offset != 0) {
      MutableBuffer bits = TRUENO_TRY(MutableBuffer::zeroed(bytes_for_bits(static_cast<std::size_t>(column.length))));
      copy_bits(column.validity.data(), static_cast<std::size_t>(column.offset), static_cast<std::size_t>(column.length), bits.data());
      column.validity = std::move(bits).freeze();
    }
    column.offset = 0;
    return {};
  }

  // Fixed-width values: shared where they lie as ours do and are aligned, else converted.
  Status read_values(const ArrowLayout& layout, const ArrowArray& array, Column& column) const {
    const auto* values = static_cast<const std::uint8_t*>(array.buffers[1]);
    const Physical physical = column.physical();
    const auto width = static_cast<std::size_t>(width_of(physical));
    const bool same = layout.kind == ArrowKind::kSame || (layout.kind == ArrowKind::kDecimal128 && physical == Physical::kI128) ||
                      (layout.kind == ArrowKind::kDecimal64 && physical == Physical::kI64);
    if (!same) {
      const std::uint8_t* validity = column.validity.empty() ? nullptr : column.validity.data();
      column.values = TRUENO_TRY(convert_arrow_values(layout, values, array.offset, array.length, validity));
      return rebase(column);
    }
    const std::size_t bytes = static_cast<std::size_t>(array.offset + array.length) * width;
    if (reinterpret_cast<std::uintptr_t>(values) % width == 0) {
      column.values = buffer(values, bytes);
      return {};
    }
    column.values = TRUENO_TRY(copy_to_buffer(std::span(values, bytes)));  // misaligned: loops over it must not see that
    return {};
  }

  // Utf8 and its kin: one record a row is written, the bytes stay where they are. Texts beyond 2 GiB are reached through further buffers
  // that begin every GiB, because a record's offset is 32 bits.
  template <class Offset>
  Status read_texts(const ArrowArray& array, Column& column) const {
    MutableBuffer records = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(array.length) * sizeof(StoredView)));
    const auto* offsets = static_cast<const std::uint8_t*>(array.buffers[1]) + static_cast<std::size_t>(array.offset) * sizeof(Offset);
    const auto* texts = static_cast<const char*>(array.buffers[2]);
    auto* to = records.as<StoredView>();
    std::int64_t begin = array.length > 0 ? std::int64_t{load<Offset>(offsets)} : 0;
    if (begin < 0) return bad_texts();
    for (std::int64_t row = 0; row < array.length; ++row) {
      const std::int64_t end = load<Offset>(offsets + static_cast<std::size_t>(row + 1) * sizeof(Offset));
      if (end < begin || end - begin > INT32_MAX || (texts == nullptr && end != begin)) return bad_texts();
      to[row] = make_record(texts + begin, end - begin, static_cast<std::int32_t>(begin >> kSegmentBits),
                            static_cast<std::int32_t>(begin & ((std::int64_t{1} << kSegmentBits) - 1)));
      begin = end;
    }
    for (std::int64_t at = 0; at < begin; at += std::int64_t{1} << kSegmentBits) {
      column.string_buffers.push_back(buffer(texts + at, static_cast<std::size_t>(begin - at)));
    }
    column.values = std::move(records).freeze();
    return rebase(column);
  }
  static Error bad_texts() { return error(ErrorCode::kInvalidInput, "the Arrow array of texts has offsets that fall or overflow"); }

  // Valid records must stay inside their buffers; records of NULL rows may hold anything, and then are cleared in a copy.
  Status read_views(const ArrowArray& array, Column& column) const {
    const std::int64_t text_buffers = array.n_buffers - 3;
    const auto* sizes = static_cast<const std::int64_t*>(array.buffers[array.n_buffers - 1]);
    if (text_buffers > 0 && sizes == nullptr)
      return error(ErrorCode::kInvalidInput, "the Arrow array of text views lacks the sizes of its buffers");
    for (std::int64_t i = 0; i < text_buffers; ++i) {
      const bool bad = sizes[i] < 0 || (sizes[i] > 0 && array.buffers[2 + i] == nullptr);
      if (bad) return error(ErrorCode::kInvalidInput, "the Arrow array of text views has a buffer of {} bytes", sizes[i]);
      column.string_buffers.push_back(buffer(array.buffers[2 + i], static_cast<std::size_t>(sizes[i])));
    }
    const auto* records = static_cast<const std::uint8_t*>(array.buffers[1]);
    const auto inside = [&](const StoredView& record) {
      if (record.size <= static_cast<std::int32_t>(StringView::kInline)) return record.size >= 0;
      return record.buffer >= 0 && record.buffer < text_buffers && record.offset >= 0 &&
             std::int64_t{record.offset} + record.size <= sizes[record.buffer];
    };
    bool strange_nulls = false;
    for (std::int64_t row = 0; row < array.length; ++row) {
      if (inside(load<StoredView>(records + (array.offset + row) * 16))) [[likely]]
        continue;
      if (column.is_valid(row)) return error(ErrorCode::kInvalidInput, "the Arrow text view in row {} points outside its buffers", row);
      strange_nulls = true;
    }
    const std::size_t bytes = static_cast<std::size_t>(array.offset + array.length) * sizeof(StoredView);
    column.values = buffer(records, bytes);
    if (!strange_nulls && reinterpret_cast<std::uintptr_t>(records) % alignof(StoredView) == 0) return {};
    MutableBuffer copy = TRUENO_TRY(MutableBuffer::uninitialised(bytes));
    if (bytes != 0) std::memcpy(copy.data(), records, bytes);
    for (std::int64_t row = 0; row < array.length; ++row) {
      if (!column.is_valid(row)) copy.as<StoredView>()[array.offset + row] = {};
    }
    column.values = std::move(copy).freeze();
    return {};
  }

  // Fixed-size binary: the same, with rows at multiples of the size.
  Status read_fixed_bytes(const ArrowLayout& layout, const ArrowArray& array, Column& column) const {
    MutableBuffer records = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(array.length) * sizeof(StoredView)));
    const auto* bytes = static_cast<const char*>(array.buffers[1]);
    for (std::int64_t row = 0; row < array.length; ++row) {
      const std::int64_t at = (array.offset + row) * layout.fixed_size;
      records.as<StoredView>()[row] = make_record(bytes + at, layout.fixed_size, static_cast<std::int32_t>(at >> kSegmentBits),
                                                  static_cast<std::int32_t>(at & ((std::int64_t{1} << kSegmentBits) - 1)));
    }
    const std::int64_t end = (array.offset + array.length) * layout.fixed_size;
    for (std::int64_t at = 0; at < end; at += std::int64_t{1} << kSegmentBits) {
      column.string_buffers.push_back(buffer(bytes + at, static_cast<std::size_t>(end - at)));
    }
    column.values = std::move(records).freeze();
    return rebase(column);
  }

  // All kinds of lists become i32 offsets from row 0 on. A map's entries are a struct whose two fields become the children.
  Status read_list(const ArrowLayout& layout, const ArrowArray& array, Column& column) {
    MutableBuffer offsets = TRUENO_TRY(MutableBuffer::zeroed(static_cast<std::size_t>(array.length + 1) * 4));
    auto* to = offsets.as<std::int32_t>();
    const auto* from = layout.kind == ArrowKind::kFixedList ? nullptr : static_cast<const std::uint8_t*>(array.buffers[1]);
    std::int64_t last = 0;
    for (std::int64_t i = 0; i <= array.length && (from != nullptr || layout.kind == ArrowKind::kFixedList); ++i) {
      const std::int64_t row = array.offset + i;
      const std::int64_t next = layout.kind == ArrowKind::kFixedList ? row * layout.fixed_size
                                : layout.kind == ArrowKind::kList64  ? load<std::int64_t>(from + row * 8)
                                                                     : std::int64_t{load<std::int32_t>(from + row * 4)};
      if (next < last || next > INT32_MAX)
        return error(ErrorCode::kInvalidInput, "the Arrow array of lists has offsets that fall or overflow");
      to[i] = static_cast<std::int32_t>(next);
      last = next;
    }
    if (layout.kind == ArrowKind::kMap) {
      ArrowLayout pair;
      pair.field = {layout.field.name, Type::structure({{"key", layout.children[0].field.type}, {"value", layout.children[1].field.type}}),
                    true};
      pair.kind = ArrowKind::kStruct;
      pair.children = layout.children;
      Column entries = TRUENO_TRY(read(pair, *array.children[0], nullptr));
      for (Column& child : entries.children) {
        if (child.length < entries.offset + entries.length) return short_child(layout);
        column.children.push_back(child.slice(entries.offset, entries.length));
      }
    } else {
      column.children.push_back(TRUENO_TRY(read(layout.children.front(), *array.children[0], nullptr)));
    }
    if (column.children.front().length < last) return short_child(layout);
    column.values = std::move(offsets).freeze();
    return rebase(column);
  }
  static Error short_child(const ArrowLayout& layout) {
    return error(ErrorCode::kInvalidInput, "the Arrow array of column \"{}\" has a child that is too short", layout.field.name);
  }

  // Children keep their own offsets; the struct's offset counts rows of them.
  Status read_struct(const ArrowLayout& layout, const ArrowArray& array, Column& column) {
    for (std::size_t i = 0; i < layout.children.size(); ++i) {
      column.children.push_back(TRUENO_TRY(read(layout.children[i], *array.children[i], nullptr)));
      if (column.children.back().length < array.offset + array.length) return short_child(layout);
    }
    return {};
  }

  // Runs keep their values; the validity of a run spreads over its rows.
  Status read_runs(const ArrowLayout& layout, const ArrowArray& array, Column& column) {
    const ArrowArray& ends = *array.children[0];
    if (ends.length < 0 || ends.n_buffers != 2 || ends.buffers == nullptr || (ends.length > 0 && ends.buffers[1] == nullptr)) {
      return error(ErrorCode::kInvalidInput, "the Arrow array of column \"{}\" lacks its run ends", layout.field.name);
    }
    const Column runs = TRUENO_TRY(TRUENO_TRY(read(layout.children.front(), *array.children[1], nullptr)).decoded());
    if (runs.length < ends.length) return short_child(layout);
    MutableBuffer run_ends = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(ends.length) * 8));
    std::int64_t last = 0;
    for (std::int64_t i = 0; i < ends.length; ++i) {
      const auto* at = static_cast<const std::uint8_t*>(ends.buffers[1]);
      const std::int64_t row = ends.offset + i;
      const std::int64_t end = layout.index == Physical::kI16   ? load<std::int16_t>(at + row * 2)
                               : layout.index == Physical::kI32 ? load<std::int32_t>(at + row * 4)
                                                                : load<std::int64_t>(at + row * 8);
      if (end <= last) return error(ErrorCode::kInvalidInput, "the run ends of an Arrow array do not rise");
      run_ends.as<std::int64_t>()[i] = last = end;
    }
    if (last < array.offset + array.length) return short_child(layout);
    column.run_ends = std::move(run_ends).freeze();
    column.run_count = ends.length;
    column.encoding = Encoding::kRunLength;
    column.values = runs.values;
    column.string_buffers = runs.string_buffers;
    if (runs.null_count != 0) TRUENO_TRY(spread_validity(runs, column));
    if (runs.type.is_nested()) return error(ErrorCode::kNotSupported, "run-end-encoded {} is not read", runs.type.to_string());
    return {};
  }

  // Arrow marks a run NULL in its value; our columns mark rows.
  static Status spread_validity(const Column& runs, Column& column) {
    const std::int64_t end = column.offset + column.length;
    MutableBuffer bits = TRUENO_TRY(MutableBuffer::zeroed(bytes_for_bits(static_cast<std::size_t>(end))));
    std::int64_t row = 0;
    for (std::int64_t run = 0; run < column.run_count; ++run) {
      const std::int64_t run_end = std::min(column.run_ends.as<std::int64_t>()[run], end);
      for (; row < run_end; ++row) set_bit_to(bits.data(), static_cast<std::size_t>(row), runs.is_valid(run));
    }
    column.null_count = column.length - static_cast<std::int64_t>(count_set_bits(bits.data(), static_cast<std::size_t>(column.offset),
                                                                                 static_cast<std::size_t>(column.length)));
    column.validity = std::move(bits).freeze();
    return {};
  }

  // The dictionary of this array: the known one when its memory is the same.
  Status refresh(const ArrowLayout& layout, const ArrowArray& values, ArrowImporter::KnownDictionary& known) {
    const void* first = values.n_buffers > 1 && values.buffers != nullptr ? values.buffers[1] : nullptr;
    const void* texts = values.n_buffers > 2 && values.buffers != nullptr ? values.buffers[2] : nullptr;
    const bool same =
        known.dictionary && known.values == first && known.texts == texts && known.length == values.length && known.offset == values.offset;
    if (same) return {};
    Column entries = TRUENO_TRY(TRUENO_TRY(read(layout.children.front(), values, nullptr)).decoded());
    if (entries.length > INT32_MAX) return error(ErrorCode::kInvalidInput, "an Arrow dictionary has {} entries", entries.length);
    known = {};
    known.values = first;
    known.texts = texts;
    known.length = values.length;
    known.offset = values.offset;
    known.owner = owner_;
    known.null_entries = entries.null_count != 0 ? entries.validity : Buffer();
    if (entries.physical() == Physical::kString) TRUENO_TRY(merge_equal_entries(entries, known));
    entries.validity = Buffer();
    entries.null_count = 0;
    entries.statistics = {};
    auto dictionary = std::make_shared<Dictionary>();
    dictionary->id = Dictionary::next_id();
    dictionary->values = std::make_shared<const Column>(std::move(entries));
    known.dictionary = std::move(dictionary);
    return {};
  }

  // Arrow allows equal entries; codes that are compared must not.
  static Status merge_equal_entries(const Column& entries, ArrowImporter::KnownDictionary& known) {
    std::unordered_map<std::string_view, std::uint32_t> codes;
    codes.reserve(static_cast<std::size_t>(entries.length));
    bool repeats = false;
    known.remap.resize(static_cast<std::size_t>(entries.length));
    for (std::int64_t i = 0; i < entries.length; ++i) {
      auto& code = known.remap[static_cast<std::size_t>(i)];
      code = static_cast<std::uint32_t>(i);
      if (!entries.is_valid(i)) continue;
      const auto [first, is_new] = codes.emplace(entries.text(i), code);
      code = first->second;
      repeats = repeats || !is_new;
    }
    if (!repeats) known.remap.clear();
    return {};
  }

  Status read_dictionary(const ArrowLayout& layout, const ArrowArray& array, Column& column, ArrowImporter::KnownDictionary* known) {
    ArrowImporter::KnownDictionary own;
    ArrowImporter::KnownDictionary& current = known != nullptr ? *known : own;
    TRUENO_TRY(refresh(layout, *array.dictionary, current));
    TRUENO_TRY(dispatch_physical(layout.index, [&]<class T>() { return read_codes<T>(array, current, column); }));
    column.encoding = Encoding::kDictionary;
    column.dictionary = current.dictionary;
    TRUENO_TRY(rebase(column));
    if (!current.null_entries.empty()) TRUENO_TRY(drop_null_entries(current, column));
    if (column.physical() != Physical::kString) column = TRUENO_TRY(column.decoded());
    return {};
  }

  // Codes of any integer type to u32. NULL rows may hold anything and get code 0, which readers may look up.
  template <class T>
  static Status read_codes(const ArrowArray& array, const ArrowImporter::KnownDictionary& known, Column& column) {
    if constexpr (std::is_integral_v<T> && sizeof(T) <= 8) {
      const auto size = static_cast<std::uint64_t>(known.dictionary->values->length);
      MutableBuffer codes = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(array.length) * 4));
      const auto* from = static_cast<const std::uint8_t*>(array.buffers[1]) + static_cast<std::size_t>(array.offset) * sizeof(T);
      auto* to = codes.as<std::uint32_t>();
      for (std::int64_t row = 0; row < array.length; ++row) {
        const T index = load<T>(from + static_cast<std::size_t>(row) * sizeof(T));
        const auto code =
            static_cast<std::uint64_t>(static_cast<std::int64_t>(index));  // a negative one becomes larger than any dictionary
        const bool inside = code < size;
        if (!inside && column.is_valid(row)) [[unlikely]] {
          return error(ErrorCode::kInvalidInput, "the Arrow dictionary code in row {} is {}, of {} entries", row,
                       std::int64_t{static_cast<std::int64_t>(index)}, size);
        }
        to[row] = inside ? static_cast<std::uint32_t>(code) : 0;
      }
      if (!known.remap.empty()) {
        for (std::int64_t row = 0; row < array.length; ++row) to[row] = known.remap[to[row]];
      }
      column.values = std::move(codes).freeze();
    }
    return {};
  }

  // Rows whose code names a NULL entry become NULL rows: our dictionaries hold values only.
  static Status drop_null_entries(const ArrowImporter::KnownDictionary& known, Column& column) {
    MutableBuffer bits = TRUENO_TRY(MutableBuffer::zeroed(bytes_for_bits(static_cast<std::size_t>(column.length))));
    std::int64_t valid = 0;
    for (std::int64_t row = 0; row < column.length; ++row) {
      if (!column.is_valid(row) || !get_bit(known.null_entries.data(), column.values.as<std::uint32_t>()[row])) continue;
      set_bit(bits.data(), static_cast<std::size_t>(row));
      ++valid;
    }
    column.null_count = column.length - valid;
    column.validity = std::move(bits).freeze();
    return {};
  }

  std::shared_ptr<const void> owner_;
};

Result<ArrowImporter> ArrowImporter::create(const ArrowSchema& schema) {
  ArrowLayout layout = TRUENO_TRY(parse_arrow_schema(schema));
  if (layout.kind != ArrowKind::kStruct)
    return error(ErrorCode::kInvalidInput, "the Arrow schema '{}' is not that of a record batch", schema.format);
  ArrowImporter importer;
  for (ArrowLayout& child : layout.children) {
    importer.schema_.push_back(child.field);
    importer.layouts_.push_back(std::make_shared<const ArrowLayout>(std::move(child)));
  }
  importer.known_.resize(importer.layouts_.size());
  return importer;
}

Result<Batch> ArrowImporter::import_batch(ArrowArray* array) {
  if (array->release == nullptr) return error(ErrorCode::kInvalidInput, "the Arrow array has been released");
  const ArrowArray batch_array = *array;
  ArrowArrayReader reader(take_over(array));
  if (batch_array.n_children != static_cast<std::int64_t>(layouts_.size()) ||
      (batch_array.n_children > 0 && batch_array.children == nullptr)) {
    return error(ErrorCode::kInvalidInput, "the Arrow batch has {} columns, its schema {}", batch_array.n_children, layouts_.size());
  }
  if (batch_array.length < 0 || batch_array.offset < 0) return error(ErrorCode::kInvalidInput, "the Arrow batch has a negative length");
  if (batch_array.null_count > 0) return error(ErrorCode::kInvalidInput, "the Arrow batch has NULL rows");
  Batch batch;
  batch.length = batch_array.length;
  for (std::size_t i = 0; i < layouts_.size(); ++i) {
    const ArrowArray* child = batch_array.children[i];
    if (child == nullptr) return error(ErrorCode::kInvalidInput, "the Arrow batch lacks column {}", i);
    if (child->length < batch_array.length || child->length - batch_array.length < batch_array.offset) {
      return error(ErrorCode::kInvalidInput, "column \"{}\" of the Arrow batch has {} rows instead of {}", schema_[i].name, child->length,
                   batch.length);
    }
    Column column = TRUENO_TRY(reader.read(*layouts_[i], *child, &known_[i]));
    if (column.length != batch.length || batch_array.offset != 0) column = column.slice(batch_array.offset, batch.length);
    batch.columns.push_back(std::move(column));
  }
  return batch;
}

Result<Field> import_field(const ArrowSchema& schema) { return TRUENO_TRY(parse_arrow_schema(schema)).field; }

Result<Column> import_column(const ArrowSchema& schema, ArrowArray* array) {
  if (array->release == nullptr) return error(ErrorCode::kInvalidInput, "the Arrow array has been released");
  const ArrowArray moved = *array;
  ArrowArrayReader reader(take_over(array));
  const ArrowLayout layout = TRUENO_TRY(parse_arrow_schema(schema));
  return reader.read(layout, moved, nullptr);
}

}  // namespace trueno
