/// \file
/// What the ranks of a job say to each other.
#pragma once

#include <cstdint>
#include <string>

#include "cluster/tally_words.hpp"
#include "mailbox.hpp"

namespace mho::sim {

enum tag : int {
  ready = 1,    ///< to rank 0: threads, text of the head
  failed,       ///< to rank 0: whether the input is to blame, text of the message
  interrupted,  ///< to rank 0
  block,        ///< from rank 0: point, first chunk, how many
  counts,       ///< to rank 0: point, first chunk, the chunks' words
  broken,       ///< to rank 0: point, first chunk, text of what was thrown
  halt,         ///< from rank 0: blocks end soon and are returned as far as they are whole
  dismissed,    ///< from rank 0
  farewell      ///< to rank 0: nothing follows
};

/// Numbers and a text.
inline words with_text(words numbers, const std::string& text) {
  numbers.insert(numbers.end(), text.begin(), text.end());
  return numbers;
}

/// The text behind a message's numbers.
inline std::string text_in(const message& m, std::size_t numbers = 1) {
  std::string text;
  for (std::size_t i = numbers; i < m.words.size(); ++i) text += static_cast<char>(m.words[i]);
  return text;
}

}  // namespace mho::sim
