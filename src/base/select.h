#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "base/parallel.h"

namespace trueno {

/// Values in no order of which the k-th in order is asked for, for several k: quickselect. A value that was found parts the rest, what is
/// before it is not greater, what is behind it not less, so that a further one is looked for between two of these. Reorders the values it
/// is given, which must outlive it. Not thread-safe.
template <class T, class Less = std::less<T>>
class PartedValues {
 public:
  explicit PartedValues(std::span<T> values, Less less = {}) : values_(values), less_(std::move(less)) {}

  [[nodiscard]] const T& operator[](std::size_t place) {
    const auto next = std::ranges::lower_bound(found_, place);
    if (next != found_.end() && *next == place) return values_[place];
    const std::size_t last = next == found_.end() ? values_.size() : *next;
    const std::size_t first = next == found_.begin() ? 0 : *(next - 1) + 1;
    found_.insert(next, place);
    find(first, last, place);
    return values_[place];
  }

 private:
  static constexpr std::size_t kFew = 24;             // values that are put in order
  static constexpr std::size_t kMedianOfThree = 256;  // fewer values than this take their pivot from three
  static constexpr int kMostRounds = 64;              // by then the order of the values is against us
  static constexpr std::size_t kPoorShare = 16;

  void find(std::size_t first, std::size_t last, std::size_t place) {
    for (int round = 0; last - first > kFew; ++round) {
      if (round == kMostRounds) {
        std::nth_element(at(first), at(place), at(last), less_);
        return;
      }
      const T pivot = pivot_of(first, last, place);
      const std::size_t below = gather(first, last, [&](const T& value) { return less_(value, pivot); });
      if (place < below) {
        last = below;
        continue;
      }
      if ((below - first) * kPoorShare < last - first) {  // perhaps many are equal to it
        const std::size_t above = gather(below, last, [&](const T& value) { return !less_(pivot, value); });
        if (place < above) return;
        first = above;
      } else {
        first = below;
      }
    }
    std::sort(at(first), at(last), less_);
  }

  // A value near the place by a few of them.
  T pivot_of(std::size_t first, std::size_t last, std::size_t place) const {
    const std::size_t count = last - first;
    if (count < kMedianOfThree) {
      const T& a = values_[first];
      const T& b = values_[first + count / 2];
      const T& c = values_[last - 1];
      const bool a_first = less_(a, b);
      const T& low = a_first ? a : b;
      const T& high = a_first ? b : a;
      return less_(c, low) ? low : (less_(high, c) ? high : c);
    }
    constexpr std::size_t kSample = 15;
    T sample[kSample];
    for (std::size_t i = 0; i < kSample; ++i) sample[i] = values_[first + count * i / kSample];
    T* const wanted = sample + kSample * (place - first) / count;
    std::nth_element(sample, wanted, sample + kSample, less_);
    return *wanted;
  }

  // Moves those that go to the front, and says where they end. No branch depends on a value.
  template <class Goes>
  std::size_t gather(std::size_t first, std::size_t last, Goes goes) {
    T* const values = values_.data();
    std::size_t end = first;
    for (std::size_t i = first; i < last; ++i) {
      const T value = values[i];
      values[i] = values[end];
      values[end] = value;
      end += goes(value) ? 1 : 0;
    }
    return end;
  }

  auto at(std::size_t place) const { return values_.begin() + static_cast<std::ptrdiff_t>(place); }

  std::span<T> values_;
  Less less_;
  std::vector<std::size_t> found_;  // ascending
};

/// The same of any number of values. Very many are looked through once by all threads: those that, by a sample, are near the place are
/// taken out, and it is found among them.
template <class T, class Less = std::less<T>>
class Selection {
 public:
  Selection(std::span<T> values, const Parallel& parallel, Less less = {})
      : values_(values), parallel_(parallel), less_(less), all_(values, less) {}

  [[nodiscard]] std::size_t size() const { return values_.size(); }
  [[nodiscard]] T operator[](std::size_t place) {
    if (values_.size() < kMany) return all_[place];
    if (!in_window(place)) look_through(place);
    return in_window(place) ? PartedValues<T, Less>(window_, less_)[place - before_window_] : all_[place];
  }

 private:
  static constexpr std::size_t kMany = std::size_t{1} << 16;
  static constexpr std::size_t kSample = 1024;
  static constexpr std::size_t kMargin = 64;  // four standard deviations of a place in the sample

  [[nodiscard]] bool in_window(std::size_t place) const { return place >= before_window_ && place - before_window_ < window_.size(); }

  // Makes the window around the place; where the sample was misleading it is elsewhere.
  void look_through(std::size_t place) {
    std::vector<T> sample;
    for (std::size_t i = 0; i < kSample; ++i) sample.push_back(values_[values_.size() * i / kSample]);
    std::sort(sample.begin(), sample.end(), less_);
    const auto near = static_cast<std::size_t>(std::uint64_t{kSample} * place / values_.size());
    const bool from_start = near < kMargin;
    const bool to_end = near + kMargin >= kSample;
    const T low = from_start ? sample.front() : sample[near - kMargin];
    const T high = to_end ? sample.back() : sample[near + kMargin];
    const std::size_t parts = parallel_.threads() * 4;
    std::vector<std::vector<T>> kept(parts);
    std::vector<std::size_t> before(parts, 0);
    parallel_(parts, [&](std::size_t part) {
      constexpr std::size_t kBlock = 1024;
      T near_ones[kBlock];
      const std::size_t end = values_.size() * (part + 1) / parts;
      for (std::size_t first = values_.size() * part / parts; first < end; first += kBlock) {
        std::size_t count = 0;
        std::size_t less = 0;
        for (std::size_t i = first; i < std::min(end, first + kBlock); ++i) {
          const T value = values_[i];
          const bool is_before = !from_start && less_(value, low);
          const bool is_behind = !to_end && less_(high, value);
          near_ones[count] = value;
          count += is_before || is_behind ? 0 : 1;
          less += is_before ? 1 : 0;
        }
        kept[part].insert(kept[part].end(), near_ones, near_ones + count);
        before[part] += less;
      }
    });
    window_.clear();
    before_window_ = 0;
    for (std::size_t part = 0; part < parts; ++part) {
      window_.insert(window_.end(), kept[part].begin(), kept[part].end());
      before_window_ += before[part];
    }
  }

  std::span<T> values_;
  const Parallel& parallel_;
  Less less_;
  PartedValues<T, Less> all_;
  std::vector<T> window_;
  std::size_t before_window_ = 0;  // values that are less than all of it
};

}  // namespace trueno
