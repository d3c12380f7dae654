#include "mailbox.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace mho::sim {
namespace {

constexpr int heartbeat_tag = 0;
// Heartbeats within a deadline: one that is late, or a busy machine, is no silence.
constexpr double beats = 8;
constexpr std::chrono::microseconds shortest_pause{50}, longest_pause{1000};

// There is nobody left to agree with on an orderly end: MPI_Finalize would wait for the silent rank.
[[noreturn]] void end_job(const std::string& why) {
  std::fprintf(stderr, "mho: %s\n", why.c_str());
  std::fflush(stderr);
  std::signal(SIGALRM, [](int) { _exit(1); });
  alarm(10);  // the launcher itself may be behind the link that was cut
  MPI_Abort(MPI_COMM_WORLD, 1);
  _exit(1);
}

}  // namespace

bool mailbox::parcel::done() {
  int finished = 0;
  MPI_Test(&request, &finished, MPI_STATUS_IGNORE);
  return finished != 0;
}

mailbox::mailbox(double deadline_s) : deadline_(deadline_s) {
  int provided = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
  constexpr std::size_t width = MPI_MAX_PROCESSOR_NAME;
  std::vector<char> own(width, '\0'), all(width * static_cast<std::size_t>(size_));
  int length = 0;
  MPI_Get_processor_name(own.data(), &length);
  MPI_Allgather(own.data(), width, MPI_CHAR, all.data(), width, MPI_CHAR, MPI_COMM_WORLD);
  for (std::size_t r = 0; r < static_cast<std::size_t>(size_); ++r)
    hosts_.emplace_back(all.data() + r * width);
  neighbours_ =
      static_cast<int>(std::count(hosts_.begin(), hosts_.end(), hosts_[static_cast<std::size_t>(rank_)]));
  peers_.resize(hosts_.size());
  last_poll_ = last_beat_ = clock::now();
}

mailbox::~mailbox() { MPI_Finalize(); }

std::string mailbox::name(int rank) const {
  return "rank " + std::to_string(rank) + " (on " + hosts_[static_cast<std::size_t>(rank)] + ")";
}

void mailbox::send(int to, int tag, std::vector<std::uint64_t> content) {
  parcel& p = sent_.emplace_back();
  p.content = {to, tag, std::move(content)};
  MPI_Isend(p.content.words.data(), static_cast<int>(p.content.words.size()), MPI_UINT64_T, to, tag,
            MPI_COMM_WORLD, &p.request);
}

bool mailbox::all_sent() {
  sent_.remove_if([](parcel& p) { return p.done(); });
  return sent_.empty();
}

void mailbox::watch(int rank) { peers_[static_cast<std::size_t>(rank)] = {true, clock::now()}; }

// The bulk of a message may stay away although its beginning was there: its receipt is not waited for.
void mailbox::receive() {
  for (;;) {
    int there = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &status);
    if (there == 0) return;
    int count = 0;
    MPI_Get_count(&status, MPI_UINT64_T, &count);
    parcel& p = arriving_.emplace_back();
    p.content = {status.MPI_SOURCE, status.MPI_TAG,
                 std::vector<std::uint64_t>(static_cast<std::size_t>(count))};
    MPI_Irecv(p.content.words.data(), count, MPI_UINT64_T, status.MPI_SOURCE, status.MPI_TAG, MPI_COMM_WORLD,
              &p.request);
    peers_[static_cast<std::size_t>(status.MPI_SOURCE)].heard = clock::now();
  }
}

void mailbox::look_after_peers() {
  const clock::time_point now = clock::now();
  const bool beat = now - last_beat_ > deadline_ / beats;
  if (beat) last_beat_ = now;
  for (int r = 0; r < size_; ++r) {
    const peer& other = peers_[static_cast<std::size_t>(r)];
    if (!other.watched) continue;
    if (beat) send(r, heartbeat_tag);
    if (now - other.heard > deadline_)
      end_job(
          name(r) + " was silent for " + std::to_string(static_cast<int>(deadline_.count())) +
          " s: stopped, lost, or behind a link that was cut; the job ends, --resume goes on with what the "
          "last round left");
  }
}

std::optional<message> mailbox::poll() {
  // A pause of this rank itself (it wrote a file, or was stopped) is nobody else's silence.
  const clock::time_point now = clock::now();
  if (const auto away = now - last_poll_; away > deadline_ / beats)
    for (peer& p : peers_) p.heard += away;
  last_poll_ = now;
  receive();
  all_sent();
  look_after_peers();
  for (auto p = arriving_.begin(); p != arriving_.end();) {
    if (!p->done()) {
      ++p;
      continue;
    }
    message m = std::move(p->content);
    p = arriving_.erase(p);
    if (m.tag == heartbeat_tag) continue;
    pause_ = {};
    return m;
  }
  return std::nullopt;
}

std::chrono::microseconds mailbox::pause() {
  return pause_ = std::clamp(2 * pause_, shortest_pause, longest_pause);
}

std::optional<message> mailbox::poll_or_pause() {
  std::optional<message> m = poll();
  if (!m) std::this_thread::sleep_for(pause());
  return m;
}

}  // namespace mho::sim
