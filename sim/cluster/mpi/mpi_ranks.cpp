#include "mpi_ranks.hpp"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "cluster/block_runner.hpp"
#include "cluster/tally_words.hpp"
#include "difference.hpp"
#include "for_chunks.hpp"
#include "input_error.hpp"
#include "mailbox.hpp"
#include "thread_source.hpp"

namespace mho::sim {
namespace {

enum tag : int {
  ready = 1,    // to rank 0: threads, text of the head
  failed,       // to rank 0: whether the input is to blame, text of the message
  interrupted,  // to rank 0
  block,        // from rank 0: point, first chunk, how many
  counts,       // to rank 0: first chunk, the chunks' words
  dismissed,    // from rank 0
  farewell      // to rank 0: nothing follows
};

words with_text(std::uint64_t number, const std::string& text) {
  words w{number};
  w.insert(w.end(), text.begin(), text.end());
  return w;
}

std::string text_in(const message& m) {
  std::string text;
  for (std::size_t i = 1; i < m.words.size(); ++i) text += static_cast<char>(m.words[i]);
  return text;
}

// Blocks that a rank has been given beyond those it returned: the next lies there when one ends.
constexpr std::size_t most_given = 2;

// What rank 0 knows of a rank.
struct helper {
  unsigned threads = 0;
  std::size_t given = 0;
};

// Rounds shared out in blocks: a rank that returned one gets another, and blocks shrink towards the end of
// the round, so that ranks of unequal speed end together.
class rank_source : public chunk_source {
 public:
  rank_source(mailbox& mail, std::vector<helper>& helpers, const link& l, const sweep& s, unsigned threads,
              const std::atomic<bool>& stop)
      : mail_(mail), helpers_(helpers), sweep_(s), stop_(stop), own_(l, s, threads, &halted_), runner_(own_) {
    helpers_[0].threads = threads;
    for (const helper& h : helpers_) all_threads_ += h.threads;
  }
  ~rank_source() override { halted_ = true; }

  std::vector<chunk_counts> next(std::size_t point, std::uint64_t first, std::uint64_t most) override {
    const std::uint64_t round = std::min(most, round_size(sweep_, first, all_threads_));
    std::vector<chunk_counts> chunks(round);
    std::uint64_t given = 0, done = 0;
    const auto take_block = [&](const helper& h) {
      const std::uint64_t left = round - given,
                          size = std::min(left, std::max<std::uint64_t>(
                                                    h.threads, left * h.threads / (2 * all_threads_)));
      given += size;
      return size;
    };
    const auto put = [&](std::uint64_t at, chunk_counts&& chunk) {
      chunks.at(at) = std::move(chunk);
      ++done;
    };
    while (done < round) {
      // In turns, so that all have one before any has two.
      for (std::size_t depth = 1; depth <= most_given; ++depth)
        for (std::size_t r = 0; r < helpers_.size() && given < round; ++r) {
          helper& h = helpers_[r];
          if (h.given >= depth) continue;
          const chunk_block b{point, first + given, take_block(h)};
          if (r == 0)
            runner_.add(b);
          else
            mail_.send(static_cast<int>(r), block, {b.point, b.first, b.count});
          ++h.given;
        }
      if (const auto m = mail_.poll_or_pause()) {
        if (m->tag == interrupted) return drop_round();
        if (m->tag == failed) throw std::runtime_error(mail_.name(m->from) + ": " + text_in(*m));
        if (m->tag == counts) {
          --helpers_[static_cast<std::size_t>(m->from)].given;
          std::span<const std::uint64_t> left(m->words);
          std::uint64_t at = left[0] - first;
          for (left = left.subspan(1); !left.empty(); ++at) put(at, take_chunk(left, sweep_));
        }
      }
      if (stop_) return drop_round();
      for (std::optional<block_done> own; (own = runner_.take());) {
        --helpers_[0].given;
        if (own->failure) std::rethrow_exception(own->failure);
        for (std::size_t i = 0; i < own->chunks.size(); ++i)
          put(own->block.first - first + i, std::move(own->chunks[i]));
      }
    }
    return chunks;
  }

 private:
  std::vector<chunk_counts> drop_round() {
    halted_ = true;
    return {};
  }

  mailbox& mail_;
  std::vector<helper>& helpers_;
  const sweep& sweep_;
  const std::atomic<bool>& stop_;
  std::atomic<bool> halted_{false};
  std::uint64_t all_threads_ = 0;
  thread_source own_;
  block_runner runner_;  // the last member: its end waits for the threads
};

class mpi_ranks final : public ranks {
 public:
  explicit mpi_ranks(double deadline_s)
      : mail_(deadline_s), helpers_(static_cast<std::size_t>(mail_.size())) {
    if (mail_.rank() != 0) mail_.watch(0);
    for (int r = 1; mail_.rank() == 0 && r < mail_.size(); ++r) mail_.watch(r);
  }
  ~mpi_ranks() override { dismiss(); }

  std::size_t rank() const override { return static_cast<std::size_t>(mail_.rank()); }
  std::size_t size() const override { return static_cast<std::size_t>(mail_.size()); }
  unsigned threads_each() const override {
    // A rank may be bound to some of the host's processors.
    const auto all = static_cast<unsigned>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
    return std::max(1u, std::min(available_threads(), all / static_cast<unsigned>(mail_.neighbours())));
  }

  void agree(const json& head) override {
    for (std::size_t there = 1; there < size();) {
      const auto m = mail_.poll_or_pause();
      if (!m) continue;
      if (m->tag == failed) {
        const std::string why = mail_.name(m->from) + ": " + text_in(*m);
        if (m->words[0] != 0) throw input_error(why);
        throw std::runtime_error(why);
      }
      if (m->tag != ready) continue;
      if (const std::string found = difference("", json::parse(text_in(*m)), head); !found.empty())
        throw input_error(mail_.name(m->from) + " would run something else: " + found +
                          "; ranks are mixed only of the same program, scenario, seed and arithmetic");
      helpers_[static_cast<std::size_t>(m->from)].threads = static_cast<unsigned>(m->words[0]);
      ++there;
    }
  }

  std::unique_ptr<chunk_source> source(const link& l, const sweep& s, unsigned threads,
                                       const std::atomic<bool>& stop) override {
    return std::make_unique<rank_source>(mail_, helpers_, l, s, threads, stop);
  }

  void dismiss() override {
    if (rank() != 0 || dismissed_) return;
    dismissed_ = true;
    for (int r = 1; r < mail_.size(); ++r) mail_.send(r, tag::dismissed);
    for (int left = mail_.size() - 1; left > 0 || !mail_.all_sent();) {
      const auto m = mail_.poll_or_pause();
      if (!m || m->tag != farewell) continue;
      mail_.unwatch(m->from);
      --left;
    }
  }

  void serve(const std::function<rank_work()>& prepare, const std::atomic<bool>& stop) override {
    std::optional<rank_work> work;
    try {
      work.emplace(prepare());
      mail_.send(0, ready, with_text(work->threads, work->head.dump()));
    } catch (const input_error& e) {
      mail_.send(0, failed, with_text(1, e.what()));
    } catch (const std::exception& e) {
      mail_.send(0, failed, with_text(0, e.what()));
    }
    std::atomic<bool> halted{false};
    std::optional<sweep> s;
    std::optional<thread_source> threads;
    std::optional<block_runner> runner;
    if (work) {
      s.emplace(make_sweep(work->l));
      threads.emplace(work->l, *s, work->threads, &halted);
      runner.emplace(*threads);
    }
    bool told = false;
    while (!halted) {
      if (const auto m = mail_.poll_or_pause()) {
        if (m->tag == tag::dismissed) halted = true;
        if (m->tag == block) runner->add({m->words[0], m->words[1], m->words[2]});
      }
      if (stop && !told) {
        mail_.send(0, interrupted);
        told = true;
      }
      for (std::optional<block_done> b; runner && (b = runner->take());) report(*b);
    }
    runner.reset();
    mail_.send(0, farewell);
    mail_.unwatch(0);
    while (!mail_.all_sent()) mail_.poll_or_pause();
  }

 private:
  void report(const block_done& b) {
    try {
      if (b.failure) std::rethrow_exception(b.failure);
      words w{b.block.first};
      for (const chunk_counts& chunk : b.chunks) append(w, chunk);
      mail_.send(0, counts, std::move(w));
    } catch (const std::exception& e) {
      mail_.send(0, failed, with_text(0, e.what()));
    }
  }

  mailbox mail_;
  std::vector<helper> helpers_;  // a rank; the first is rank 0 itself
  bool dismissed_ = false;
};

}  // namespace

std::unique_ptr<ranks> join_mpi(const launcher& started, double deadline_s) {
  auto job = std::make_unique<mpi_ranks>(deadline_s);
  if (started.ranks && *started.ranks != job->size())
    throw input_error("the launcher started " + std::to_string(*started.ranks) + " ranks, but MPI sees " +
                      std::to_string(job->size()) +
                      ": it belongs to another MPI than the one that mho was built with");
  if (job->size() == 1) return nullptr;
  return job;
}

}  // namespace mho::sim
