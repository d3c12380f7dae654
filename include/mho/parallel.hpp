/// \file
/// A batch over several threads, for callers that do not bring their own. Library mho::parallel (oneTBB).
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include <mho/detector.hpp>

namespace mho::parallel {

/// body(worker) for worker = 0 .. workers - 1, on at most as many threads; returns when all have ended. The
/// one seam for threads: oneTBB, or std::jthread where the thread sanitizer is on, to which Debian's oneTBB
/// shows races that are none. body must not throw.
void on_workers(unsigned workers, const std::function<void(unsigned)>& body);

/// As detector::prepare over the whole of `which`'s range, split over at most `threads`
/// threads (at most the slots that were reserved; 0: all of them). Bit-identical to the single call.
/// `which.slot` is ignored. Errors: those of the parts; the first in the order of problems is returned, and
/// other parts may have been done. Threads are oneTBB's, which allocates.
error prepare(detector& d, const channel_batch& channel, const call& which = {}, unsigned threads = 0);
/// As detector::apply, in the same way.
error apply(const detector& d, const received_batch& received, std::span<const output> into,
            const call& which = {}, unsigned threads = 0);
/// As detector::detect, in the same way.
error detect(detector& d, const channel_batch& channel, const received_batch& received,
             std::span<const output> into, const call& which = {}, unsigned threads = 0);

}  // namespace mho::parallel
