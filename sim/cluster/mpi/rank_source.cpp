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
    failures_.clear();
    began_ = clock::now();
    counted_ = 0;
  }
  end_ = first + std::min(most, round_size(sweep_, first, all_threads_));
  missing_ = end_ - first;
  for (auto a = arrived_.begin(); a != arrived_.end() && a->first < end_; ++a) --missing_;
  const std::uint64_t limit = std::min(first + most, end_ + ahead());
  for (hand_out(limit); missing_ > 0; hand_out(limit)) {
    if (!listen() || stop_) return stopped(first);
    if (!failures_.empty() && failures_.begin()->first < end_)
      std::rethrow_exception(failures_.begin()->second);
  }
  return take(first, end_);
}

// In turns, so that all have one before any has two.
void rank_source::hand_out(std::uint64_t end) {
  for (std::size_t depth = 1; depth <= most_given; ++depth)
    for (std::size_t r = 0; r < helpers_.size() && next_ < end; ++r) {
      helper& h = helpers_[r];
      if (h.given.size() >= depth) continue;
      const std::uint64_t left = end - next_;
      const chunk_block b{
          point_, next_,
          std::min(left, std::max<std::uint64_t>(h.threads, left * h.threads / (2 * all_threads_)))};
      next_ += b.count;
      h.given.push_back(b);
      if (r == 0)
        runner_.add(b);
      else
        mail_.send(static_cast<int>(r), block, {b.point, b.first, b.count});
    }
}

// What other ranks and this one's threads have to say, or a pause; false if a rank was interrupted.
bool rank_source::listen() {
  if (const auto m = mail_.poll()) {
    if (m->tag == interrupted) return false;
    receive(*m);
  } else {
    runner_.wait(mail_.pause());
  }
  while (std::optional<block_done> own = runner_.take()) accept(0, std::move(*own));
  return true;
}

void rank_source::receive(const message& m) {
  const std::string who = mail_.name(m.from) + ": ";
  if (m.tag == failed) throw std::runtime_error(who + text_in(m));
  if (m.tag != counts && m.tag != broken) return;
  block_done b;
  std::span<const std::uint64_t> left(m.words);
  b.block = {left[0], left[1], 0};
  if (m.tag == broken)
    b.failure = std::make_exception_ptr(std::runtime_error(who + text_in(m, 2)));
  else
    for (left = left.subspan(2); !left.empty();) b.chunks.push_back(take_chunk(left, sweep_));
  accept(static_cast<std::size_t>(m.from), std::move(b));
}

// Of another point than the present one, neither counts nor failures matter any more.
void rank_source::accept(std::size_t rank, block_done&& b) {
  std::vector<chunk_block>& given = helpers_[rank].given;
  const auto asked = std::find_if(given.begin(), given.end(), [&](const chunk_block& g) {
    return g.point == b.block.point && g.first == b.block.first;
  });
  if (asked == given.end() || b.chunks.size() > asked->count ||
      (b.chunks.size() < asked->count && !b.failure && !halted_))
    throw std::logic_error(mail_.name(static_cast<int>(rank)) + " returned other chunks than it was given");
  given.erase(asked);
  if (b.block.point != point_) return;
  if (b.failure) failures_.emplace(b.block.first, b.failure);
  std::uint64_t chunk = b.block.first;
  for (chunk_counts& counted : b.chunks) put(chunk++, std::move(counted));
}

void rank_source::put(std::uint64_t chunk, chunk_counts&& counted) {
  ++counted_;
  if (chunk < end_) --missing_;
  arrived_.emplace(chunk, std::move(counted));
}

// Two rounds at most beyond the present one, of which the counts can be held.
std::uint64_t rank_source::ahead() const {
  if (counted_ == 0) return 0;
  const double since = std::chrono::duration<double>(clock::now() - began_).count();
  const auto most = static_cast<double>(2 * round_size(sweep_, end_, all_threads_));
  return static_cast<std::uint64_t>(std::min(most, static_cast<double>(counted_) / since * ahead_s));
}

// Every rank returns its blocks as far as they are whole: the chunks before the first that is not stay.
std::vector<chunk_counts> rank_source::stopped(std::uint64_t first) {
  halted_ = true;
  for (int r = 1; r < mail_.size(); ++r) mail_.send(r, tag::halt);
  const auto is_idle = [](const helper& h) { return h.given.empty(); };
  while (!std::all_of(helpers_.begin(), helpers_.end(), is_idle)) listen();
  return take(first, end_);
}

std::vector<chunk_counts> rank_source::take(std::uint64_t first, std::uint64_t end) {
  std::vector<chunk_counts> chunks;
  for (; first < end && arrived_.contains(first); ++first)
    chunks.push_back(std::move(arrived_.extract(first).mapped()));
  return chunks;
}

}  // namespace mho::sim
