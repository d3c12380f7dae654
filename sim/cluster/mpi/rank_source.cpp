#include "rank_source.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "cluster/tally_words.hpp"
#include "protocol.hpp"

namespace mho::sim {
namespace {

using clock = std::chrono::steady_clock;

// Blocks that a rank has been given beyond those it returned: the next lies there when one ends.
constexpr std::size_t most_given = 2;

// Work that may be given away before a round ends, and is lost where the point ends with that round.
constexpr double ahead_s = 0.02;

}  // namespace

rank_source::rank_source(mailbox& mail, std::vector<helper>& helpers, const link& l, const sweep& s,
                         unsigned threads, const std::atomic<bool>& stop)
    : mail_(mail), helpers_(helpers), sweep_(s), stop_(stop), own_(l, s, threads, &halted_), runner_(own_) {
  helpers_[0].threads = threads;
  for (const helper& h : helpers_) all_threads_ += h.threads;
}

std::vector<chunk_counts> rank_source::next(std::size_t point, std::uint64_t first, std::uint64_t most) {
  if (halted_) return {};
  if (point != point_ || next_ < first) {  // of another point, blocks may be out still
    point_ = point;
    next_ = first;
    arrived_.clear();
    began_ = clock::now();
    counted_ = 0;
  }
  end_ = first + std::min(most, round_size(sweep_, first, all_threads_));
  missing_ = end_ - first;
  for (auto a = arrived_.begin(); a != arrived_.end() && a->first < end_; ++a) --missing_;
  const std::uint64_t limit = std::min(first + most, end_ + ahead());
  while (missing_ > 0) {
    hand_out(limit);
    if (const auto m = mail_.poll()) {
      if (m->tag == interrupted) return stopped(first);
      receive(*m);
    } else {
      runner_.wait(mail_.pause());
    }
    if (stop_) return stopped(first);
    take_own();
  }
  return take(first, end_);
}

// In turns, so that all have one before any has two.
void rank_source::hand_out(std::uint64_t end) {
  for (std::size_t depth = 1; depth <= most_given; ++depth)
    for (std::size_t r = 0; r < helpers_.size() && next_ < end; ++r) {
      helper& h = helpers_[r];
      if (h.given >= depth) continue;
      const std::uint64_t left = end - next_;
      const chunk_block b{
          point_, next_,
          std::min(left, std::max<std::uint64_t>(h.threads, left * h.threads / (2 * all_threads_)))};
      next_ += b.count;
      ++h.given;
      if (r == 0)
        runner_.add(b);
      else
        mail_.send(static_cast<int>(r), block, {b.point, b.first, b.count});
    }
}

void rank_source::receive(const message& m) {
  if (m.tag == failed) throw std::runtime_error(mail_.name(m.from) + ": " + text_in(m));
  if (m.tag != counts) return;
  --helpers_[static_cast<std::size_t>(m.from)].given;
  std::span<const std::uint64_t> left(m.words);
  if (left[0] != point_) return;
  std::uint64_t chunk = left[1];
  for (left = left.subspan(2); !left.empty(); ++chunk) put(chunk, take_chunk(left, sweep_));
}

void rank_source::take_own() {
  while (std::optional<block_done> own = runner_.take()) {
    --helpers_[0].given;
    if (own->failure) std::rethrow_exception(own->failure);
    if (own->block.point != point_) continue;
    std::uint64_t chunk = own->block.first;
    for (chunk_counts& counted : own->chunks) put(chunk++, std::move(counted));
  }
}

void rank_source::put(std::uint64_t chunk, chunk_counts&& counted) {
  ++counted_;
  if (chunk < end_) --missing_;
  arrived_.emplace(chunk, std::move(counted));
}

// Two rounds at most, of which the counts can be held.
std::uint64_t rank_source::ahead() const {
  if (counted_ == 0) return 0;
  const double since = std::chrono::duration<double>(clock::now() - began_).count();
  const auto most = static_cast<double>(2 * round_size(sweep_, end_, all_threads_));
  return static_cast<std::uint64_t>(std::min(most, static_cast<double>(counted_) / since * ahead_s));
}

std::vector<chunk_counts> rank_source::stopped(std::uint64_t first) {
  halted_ = true;
  return take(first, end_);
}

std::vector<chunk_counts> rank_source::take(std::uint64_t first, std::uint64_t end) {
  std::vector<chunk_counts> chunks;
  for (; first < end && arrived_.contains(first); ++first)
    chunks.push_back(std::move(arrived_.extract(first).mapped()));
  return chunks;
}

}  // namespace mho::sim
