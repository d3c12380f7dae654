#include "tally_words.hpp"

#include <bit>
#include <stdexcept>
#include <type_traits>

namespace mho::sim {
namespace {

// Every member by its name: with a new one this does not compile until it has its place here.
template <class Stratum, class Number>
void each_of_stratum(Stratum& s, const Number& number) {
  auto& [units, errored, errors, squares, products] = s;
  for (auto* count : {&units, &errored, &errors, &squares, &products}) number(*count);
}

template <class Tally, class Number, class Length>
void each_of_tally(Tally& t, const Number& number, const Length& length) {
  auto& [bits, bit_errors, symbols, symbol_errors, uses, use_errors, failed, not_converged, saturated,
         stream_bit_errors, strata, first_stratum, is_conditional, expected] = t;
  auto& [expected_errors, expected_squares, expected_products] = expected;
  for (auto* count : {&bits, &bit_errors, &symbols, &symbol_errors, &uses, &use_errors, &failed,
                      &not_converged, &saturated})
    number(*count);
  length(stream_bit_errors);
  for (auto& count : stream_bit_errors) number(count);
  length(strata);
  for (auto& one : strata) each_of_stratum(one, number);
  number(first_stratum);
  if (is_conditional)
    for (auto* sum : {&expected_errors, &expected_squares, &expected_products}) number(*sum);
}

[[noreturn]] void refuse() { throw std::runtime_error("these are not the counts of a chunk"); }

}  // namespace

void append(words& to, const chunk_counts& chunk) {
  for (const tally& t : chunk)
    each_of_tally(
        t,
        [&](auto number) {  // doubles bit by bit
          if constexpr (std::is_same_v<decltype(number), double>)
            to.push_back(std::bit_cast<std::uint64_t>(number));
          else
            to.push_back(number);
        },
        [&](const auto& list) { to.push_back(list.size()); });
}

chunk_counts take_chunk(std::span<const std::uint64_t>& from, const sweep& s) {
  const auto take = [&] {
    if (from.empty()) refuse();
    const std::uint64_t number = from.front();
    from = from.subspan(1);
    return number;
  };
  chunk_counts chunk(s.empty.curves.size());
  for (tally& t : chunk) {
    t.clear(s.streams, s.chunk_strata(), s.is_conditional);
    each_of_tally(
        t,
        [&](auto& number) {
          if constexpr (std::is_same_v<std::decay_t<decltype(number)>, double>)
            number = std::bit_cast<double>(take());
          else
            number = take();
        },
        [&](const auto& list) {
          if (take() != list.size()) refuse();
        });
    const auto holds = [&](std::uint64_t sets, std::uint64_t of) {  // as many of a whole chunk's sets
      return t.bits == s.chunk_bits / of * sets && t.uses == s.empty.chunk_uses / of * sets;
    };
    const bool is_rest = s.rest_sets() > 0 && holds(s.rest_sets(), s.chunk_sets);
    if (!(holds(1, 1) || is_rest) || t.first_stratum >= s.strata()) refuse();
  }
  return chunk;
}

}  // namespace mho::sim
