/// \file
/// The ranks of an MPI job: rank 0 reads, decides and writes, the others run the chunks that it gives them.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "chunk_source.hpp"
#include "launcher.hpp"
#include "result_file.hpp"
#include "sweep.hpp"

namespace mho::sim {

/// What every rank makes from the scenario by itself, and is checked to have made alike.
struct rank_work {
  json head;  ///< the result as it starts: scenario, seed, version, arithmetic, curves
  link l;
  unsigned threads = 1;
};

/// One end of a job. When it goes, a job that has not ended is told to.
class ranks {
 public:
  virtual ~ranks() = default;
  virtual std::size_t rank() const = 0;
  virtual std::size_t size() const = 0;
  /// Threads for each rank, so that those of one host share its processors.
  virtual unsigned threads_each() const = 0;

  /// Of rank 0. Waits for the other ranks' work and compares it with its own: throws input_error that names
  /// the rank and the key that differs.
  virtual void agree(const json& head) = 0;
  /// Of rank 0: chunks of all ranks. stop, or a signal at any rank: what is whole stays.
  virtual std::unique_ptr<chunk_source> source(const link& l, const sweep& s, unsigned threads,
                                               const std::atomic<bool>& stop) = 0;
  /// Of rank 0: lets the other ranks go. A job ends with the status of rank 0.
  virtual void dismiss() = 0;

  /// Of the others: makes the work and runs what comes until dismissed. What goes wrong is told to rank 0.
  virtual void serve(const std::function<rank_work()>& prepare, const std::atomic<bool>& stop) = 0;
};

/// Joins the job that `started` says there is; null where this process is alone. A rank that says nothing for
/// deadline_s seconds ends the job with status 1. Throws input_error in a build without MPI.
std::unique_ptr<ranks> join_ranks(const launcher& started, double deadline_s);

}  // namespace mho::sim
