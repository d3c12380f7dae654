/// \file
/// Messages between ranks that never wait for one another, and a heartbeat.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include <mpi.h>

namespace mho::sim {

struct message {
  int from = 0, tag = 0;
  std::vector<std::uint64_t> words;
};

/// A rank's mailbox on MPI_COMM_WORLD. Every call comes from the thread that made it. Nothing blocks: a link
/// that is cut, or a process that is stopped, would block for ever, for MPI itself notices neither.
class mailbox {
 public:
  /// Initialises MPI. A watched rank that is silent for deadline_s seconds ends the job.
  explicit mailbox(double deadline_s);
  /// Ends MPI; collective.
  ~mailbox();
  mailbox(const mailbox&) = delete;
  mailbox& operator=(const mailbox&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  /// Ranks on this host.
  int neighbours() const { return neighbours_; }
  /// "rank 2 (on HOST)"
  std::string name(int rank) const;

  void send(int to, int tag, std::vector<std::uint64_t> content = {});
  /// The next message there is. Also sends the heartbeat and looks after the watched ranks: to be called
  /// often.
  std::optional<message> poll();
  /// How long to wait where there was nothing: longer from poll to poll, up to a millisecond, for each costs
  /// a processor that may be a worker's.
  std::chrono::microseconds pause();
  /// poll, or that pause where there is nothing.
  std::optional<message> poll_or_pause();
  /// Whether all that was sent has left.
  bool all_sent();
  /// Whether nothing is still arriving of what was seen.
  bool all_received() const { return arriving_.empty(); }

  /// From now on this rank's silence is noticed, and it gets a heartbeat.
  void watch(int rank);
  void unwatch(int rank) { peers_[static_cast<std::size_t>(rank)].watched = false; }

 private:
  using clock = std::chrono::steady_clock;
  struct peer {
    bool watched = false;
    clock::time_point heard;
  };
  struct parcel {
    message content;
    MPI_Request request = MPI_REQUEST_NULL;
    bool done();
  };

  void receive();
  void look_after_peers();

  std::chrono::duration<double> deadline_;
  int rank_ = 0, size_ = 1, neighbours_ = 1;
  std::vector<std::string> hosts_;
  std::vector<peer> peers_;
  std::list<parcel> sent_;
  std::list<parcel> arriving_;
  clock::time_point last_poll_, last_beat_;
  std::chrono::microseconds pause_{0};
};

}  // namespace mho::sim
