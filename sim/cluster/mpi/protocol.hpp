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
  dismissed,    ///< from rank 0
  farewell      ///< to rank 0: nothing follows
};

/// A number and a text.
inline words with_text(std::uint64_t number, const std::string& text) {
  words w{number};
  w.insert(w.end(), text.begin(), text.end());
  return w;
}

/// The text behind a message's number.
inline std::string text_in(const message& m) {
  std::string text;
  for (std::size_t i = 1; i < m.words.size(); ++i) text += static_cast<char>(m.words[i]);
  return text;
}

}  // namespace mho::sim
