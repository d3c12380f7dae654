#include "mpi_ranks.hpp"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <thread>

#include "difference.hpp"
#include "for_chunks.hpp"
#include "input_error.hpp"
#include "protocol.hpp"
#include "rank_source.hpp"

namespace mho::sim {
namespace {

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
      if (m->tag == interrupted) interrupted_early_ = true;
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
    auto made = std::make_unique<rank_source>(mail_, helpers_, l, s, threads, stop);
    if (interrupted_early_) made->halt();
    return made;
  }

  void dismiss() override {
    if (rank() != 0 || dismissed_) return;
    dismissed_ = true;
    for (int r = 1; r < mail_.size(); ++r) mail_.send(r, tag::dismissed);
    for (int left = mail_.size() - 1; left > 0 || !mail_.all_sent() || !mail_.all_received();) {
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
      mail_.send(0, ready, with_text({work->threads}, work->head.dump()));
    } catch (const input_error& e) {
      mail_.send(0, failed, with_text({1}, e.what()));
    } catch (const std::exception& e) {
      mail_.send(0, failed, with_text({0}, e.what()));
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
    bool told = false, over = false;
    while (!over) {
      if (const auto m = mail_.poll()) {
        over = m->tag == tag::dismissed;
        if (over || m->tag == halt) halted = true;
        if (m->tag == block) runner->add({m->words[0], m->words[1], m->words[2]});
      } else if (runner) {
        runner->wait(mail_.pause());
      } else {
        std::this_thread::sleep_for(mail_.pause());
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
    while (!mail_.all_sent() || !mail_.all_received()) mail_.poll_or_pause();
  }

 private:
  void report(const block_done& b) {
    words w{b.block.point, b.block.first};
    try {
      if (b.failure) std::rethrow_exception(b.failure);
      for (const chunk_counts& chunk : b.chunks) append(w, chunk);
      mail_.send(0, counts, std::move(w));
    } catch (const std::exception& e) {
      mail_.send(0, broken, with_text({b.block.point, b.block.first}, e.what()));
    }
  }

  mailbox mail_;
  std::vector<helper> helpers_;     // a rank; the first is rank 0 itself
  bool interrupted_early_ = false;  // a rank, before the first chunk
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
