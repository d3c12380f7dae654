/// \file
/// Whether sanitizers slow this build down tenfold.
#pragma once

namespace mho::test {

/// Work that such a build does a tenth of: what sanitizers look for does not depend on how often it is done.
/// Statistical bounds follow from the counts that were made.
#ifdef MHO_SANITIZED
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace mho::test
